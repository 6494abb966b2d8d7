// Where the script of every page begins. Each part looks for what it tends; none is needed to read.

import { tendForms, tendKeyForm } from "./forms.js";
import { tendSteadily } from "./live.js";
import { tendTimes } from "./times.js";
import { tendUploads } from "./upload.js";
import { tendUsage } from "./usage.js";
import { tendJobs } from "./watch.js";

tendTimes();
tendForms();
tendKeyForm();
tendJobs();
tendSteadily();
tendUploads();
tendUsage();
