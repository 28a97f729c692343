// Brings the widgets of the page to life: each has its data beside it, as JSON.
"use strict";
const widgets = { curves, neurons };
for (const place of document.querySelectorAll("[data-widget]")) {
  const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  widgets[place.dataset.widget](place, data);
}
