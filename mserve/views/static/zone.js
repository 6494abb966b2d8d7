// Times in forms are shown on the reader's own clocks, and the field of the time zone says so.

const two = (number) => String(number).padStart(2, "0");

// As <input type="datetime-local"> has it.
function local(moment) {
  const day = [moment.getFullYear().toString().padStart(4, "0"), two(moment.getMonth() + 1), two(moment.getDate())];
  const time = [two(moment.getHours()), two(moment.getMinutes()), two(moment.getSeconds())];
  return `${day.join("-")}T${time.join(":")}`;
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const zone of document.querySelectorAll("input[data-zone]")) {
  const known = [...(zone.list?.options ?? [])].some((each) => each.value === here);
  const untouched = zone.value === zone.defaultValue && zone.value === "UTC" && !document.querySelector("[role=alert]");
  if (!known || !untouched) continue;
  zone.value = here;
  for (const field of zone.form.querySelectorAll("[data-moment]"))
    if (field.dataset.moment) field.value = local(new Date(field.dataset.moment));
  const shown = zone.form.querySelector("[name=shown_zone]");
  if (shown) shown.value = here;
}
