// Where the script of every page begins. Each part looks for what it tends; none is needed to read.

import { tendActs } from "./acts.js";
import { tendCopies } from "./copy.js";
import { tendDrags } from "./drag.js";
import { tendForms, tendKeyForm } from "./forms.js";
import { tendSteadily } from "./live.js";
import { tendPreview } from "./preview.js";
import { tendListing } from "./seek.js";
import { tendSelection } from "./select.js";
import { tendTimes } from "./times.js";
import { tendUsage } from "./usage.js";
import { tendJobs } from "./watch.js";

tendTimes();
tendForms();
tendCopies();
tendKeyForm();
tendJobs();
tendSteadily();
tendUsage();
tendListing();
if (document.getElementById("selection")) {
  tendSelection();
  tendActs();
  tendDrags();
  tendPreview();
}
