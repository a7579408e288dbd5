// What a page does with its rows: filter them, have them drawn, list them, hand them out as CSV.
// Rows and what charts say of themselves stand in the page as JSON. Whatever comes from the data is
// set as text, never as markup. The filters stand in the address after #, for the page and for links.
"use strict";

(() => {
  const FILTERS = ["from", "to", "platform", "country"];
  const DIMENSIONS = ["platform", "country"];
  const LISTED = 200;
  const DAY = 86_400_000;
  const form = document.querySelector("form.filters");
  const json = (element) => JSON.parse(element.textContent);
  const element = (name, text, className) =>
    Object.assign(document.createElement(name), { textContent: text ?? "", className: className ?? "" });

  const answers = Object.fromEntries(
    [...document.querySelectorAll("script.rows")].map((script) => [script.dataset.query, parsed(json(script))]),
  );
  const charts = [...document.querySelectorAll("section.chart")].map((section) => {
    const told = json(section.querySelector("script.told"));
    return { ...told, section, answer: answers[told.query], select: section.querySelector(".choice") };
  });

  function parsed({ date, names, columns }) {
    const rows = columns[0].map((_, at) => Object.fromEntries(names.map((name, place) => [name, columns[place][at]])));
    const numbers = names.filter((_, place) => columns[place].some((value) => typeof value === "number"));
    return { date, names, rows, numbers: new Set(numbers) };
  }

  // --- filters ---------------------------------------------------------------------------------

  const state = () => Object.fromEntries(FILTERS.map((name) => [name, form.elements[name].value]));

  function restore() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const name of FILTERS) {
      const field = form.elements[name];
      field.value = wanted.get(name) ?? "";
      // A value that this page does not have filters nothing, and is not kept.
      if (field.selectedIndex === -1) field.value = "";
    }
  }

  function remember() {
    const set = Object.entries(state()).filter(([, value]) => value);
    const hash = set.length ? `#${new URLSearchParams(set)}` : "";
    history.replaceState(null, "", hash || location.href.split("#")[0]);
    for (const link of document.querySelectorAll("nav a")) link.hash = hash;
  }

  function kept({ answer, choice, select }) {
    const wanted = state();
    return answer.rows.filter((row) => {
      const date = answer.date && row[answer.date];
      return (
        (!date || ((!wanted.from || date >= wanted.from) && (!wanted.to || date <= wanted.to))) &&
        DIMENSIONS.every((name) => !wanted[name] || !answer.names.includes(name) || row[name] === wanted[name]) &&
        (!choice || String(row[choice]) === select.value)
      );
    });
  }

  const later = (date, days) => new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);

  function mark() {
    const { from, to } = state();
    for (const button of form.querySelectorAll("[data-days]"))
      button.setAttribute("aria-pressed", String(from === first(button.dataset.days) && !to));
  }

  // The latest date may not be over: a range of days ends with the one before.
  const first = (days) => (days && form.dataset.asOf ? later(form.dataset.asOf, -Number(days)) : "");

  // --- numbers ---------------------------------------------------------------------------------

  const UNITS = {
    count: { maximumFractionDigits: 0 },
    number: { maximumFractionDigits: 1, minimumFractionDigits: 1 },
    share: { style: "percent", maximumFractionDigits: 1 },
    minutes: { maximumFractionDigits: 1, minimumFractionDigits: 1 },
  };
  const written = (value, unit) =>
    new Intl.NumberFormat("en", UNITS[unit]).format(value) + (unit === "minutes" ? " min" : "");
  const readable = (date) =>
    new Date(`${date}T00:00`).toLocaleDateString("en-GB", { day: "numeric", month: "short" });

  function measured(rows, date, column, per) {
    const there = rows.filter((row) => row.date === date || row.week === date);
    const sum = (name) => there.reduce((total, row) => total + (row[name] ?? 0), 0);
    if (!there.length || (per && !sum(per))) return null;
    return per ? sum(column) / sum(per) : sum(column);
  }

  function headline({ label, column, per, unit }, rows, dateColumn) {
    const date = rows.reduce((latest, row) => (row[dateColumn] > latest ? row[dateColumn] : latest), "");
    const value = date ? measured(rows, date, column, per) : null;
    const before = date ? measured(rows, later(date, -7), column, per) : null;
    const box = document.createElement("div");
    box.append(element("dt", label), element("dd", value === null ? "–" : written(value, unit), "value"));
    if (value !== null) box.append(element("dd", `${readable(date)}${change(value, before, unit)}`));
    return box;
  }

  function change(value, before, unit) {
    if (before === null || (before === 0 && unit !== "share")) return "";
    const points = unit === "share";
    const by = points ? (value - before) * 100 : (value / before - 1) * 100;
    const size = Math.abs(by).toFixed(points ? 1 : 0);
    const sign = Number(size) === 0 ? "±" : by > 0 ? "+" : "−";
    return ` · ${sign}${size} ${points ? "points" : "%"} in a week`;
  }

  // --- rows as they are ------------------------------------------------------------------------

  const cell = (value) => (value === null ? "–" : String(value));

  function list(chart, rows) {
    const { names, numbers } = chart.answer;
    const kind = (name) => (numbers.has(name) ? "number" : "");
    const length = (value) => (cell(value).length > 40 ? "long" : cell(value).length > 20 ? "" : "short");
    const head = element("tr");
    head.append(...names.map((name) => Object.assign(element("th", name, kind(name)), { scope: "col" })));
    const body = rows.slice(0, LISTED).map((row) => {
      const line = element("tr");
      line.append(...names.map((name) => element("td", cell(row[name]), kind(name) || length(row[name]))));
      return line;
    });
    const parts = [element("thead"), element("tbody")];
    parts[0].append(head);
    parts[1].append(...body);
    const table = chart.section.querySelector("table");
    table.replaceChildren(...parts);
    table.parentElement.hidden = !rows.length;
    const more = chart.section.querySelector(".more");
    more.hidden = rows.length <= LISTED;
    more.textContent = `The first ${LISTED} of ${rows.length.toLocaleString("en")} rows; the CSV has all.`;
  }

  // A spreadsheet takes a text that begins so for a formula; an apostrophe before it keeps it text.
  const FORMULA = /^[=+\-@\t\r]/;

  function csv(names, rows) {
    const spelled = (value) => {
      if (value === null) return "";
      const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [names, ...rows.map((row) => names.map((name) => row[name]))]
      .map((line) => line.map(spelled).join(",") + "\r\n")
      .join("");
  }

  function download(chart) {
    const file = new Blob([csv(chart.answer.names, kept(chart))], { type: "text/csv" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${chart.section.id}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  }

  // --- all together ----------------------------------------------------------------------------

  async function show(chart) {
    const rows = kept(chart);
    chart.section.querySelector(".empty").hidden = rows.length > 0;
    list(chart, rows);
    if (chart.spec) await Drawing.draw(chart, rows);
    return chart.headlines.map((one) => headline(one, rows, chart.answer.date));
  }

  let showings = 0;

  async function showAll() {
    const showing = ++showings;
    document.body.setAttribute("aria-busy", "true");
    const boxes = await Promise.all(charts.map(show));
    if (showing !== showings) return;
    document.querySelector(".headlines").replaceChildren(...boxes.flat());
    document.body.setAttribute("aria-busy", "false");
  }

  function changed() {
    remember();
    mark();
    return showAll();
  }

  // Charts that offer the same choice follow each other, where they have the value.
  function choose({ choice, select }) {
    const { value } = select;
    for (const other of charts.filter((one) => one.choice === choice)) {
      if ([...other.select.options].some((option) => option.value === value)) other.select.value = value;
      show(other);
    }
  }

  for (const chart of charts) {
    if (chart.choice) {
      const values = [...new Set(chart.answer.rows.map((row) => String(row[chart.choice])))];
      chart.select.hidden = !values.length;
      chart.select.append(...values.map((value) => new Option(value)));
      chart.select.addEventListener("change", () => choose(chart));
    }
    chart.section.querySelector(".csv").addEventListener("click", () => download(chart));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  for (const button of form.querySelectorAll("[data-days]"))
    button.addEventListener("click", () => {
      form.elements.from.value = first(button.dataset.days);
      form.elements.to.value = "";
      changed();
    });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showAll);
  restore();
  changed();
})();
