// How a chart is drawn: its Vega-Lite over the rows that the filters leave, in the site's colours.
// Vega evaluates expressions itself (`ast`), so no page has to allow code made of text.
"use strict";

const Drawing = (() => {
  function look() {
    const narrow = innerWidth < 640;
    const style = getComputedStyle(document.documentElement);
    const one = (name) => style.getPropertyValue(`--${name}`).trim();
    const many = (name) => one(name).split(",").map((colour) => colour.trim());
    const text = { labelColor: one("quiet"), titleColor: one("quiet"), labelFontSize: 12, titleFontWeight: "normal" };
    return {
      background: null,
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { ...text, gridColor: one("line"), domainColor: one("line"), tickColor: one("line"), titleFontSize: 12 },
      legend: {
        ...text,
        orient: "top",
        columns: narrow ? 2 : 6,
        labelLimit: narrow ? innerWidth / 2 - 70 : 170,
        symbolType: "circle",
        symbolOpacity: 1,
        offset: 8,
      },
      range: { category: many("series"), ordinal: many("steps"), heatmap: many("ramp"), ramp: many("ramp") },
      mark: { color: many("series")[0], tooltip: true },
      line: { strokeWidth: 2 },
      rule: { color: one("quiet") },
      tick: { color: one("ink") },
      text: { color: one("ink"), fontSize: 12 },
    };
  }

  const OPTIONS = { actions: false, renderer: "svg", ast: true, tooltip: { disableDefaultStyle: true } };

  // A date without a time would be read as UTC and shown in the reader's zone, perhaps a day earlier.
  const dated = (rows, date) =>
    date ? rows.map((row) => ({ ...row, [date]: new Date(`${row[date]}T00:00`) })) : rows;

  // Else a series would change its colour when a filter hides another.
  function coloured({ spec, answer }) {
    const { color } = spec.encoding ?? {};
    if (color?.type !== "nominal" || color.scale?.domain || !answer.names.includes(color.field)) return spec;
    const domain = [...new Set(answer.rows.map((row) => row[color.field]))].sort();
    return { ...spec, encoding: { ...spec.encoding, color: { ...color, scale: { domain } } } };
  }

  async function draw(chart, rows) {
    const drawing = chart.section.querySelector(".drawing");
    const place = document.createElement("div");
    chart.drawn?.finalize();
    chart.drawn = null;
    // Or the page would jump while the chart is drawn anew.
    drawing.style.minHeight = `${drawing.offsetHeight}px`;
    drawing.replaceChildren(place);
    if (rows.length) {
      const data = { name: "rows", values: dated(rows, chart.answer.date) };
      const spec = { ...coloured(chart), data, description: chart.section.querySelector("h2").textContent };
      const drawn = await vegaEmbed(place, spec, { ...OPTIONS, config: look() });
      // Filters may have changed meanwhile: what is no longer on the page is let go.
      if (place.isConnected) chart.drawn = drawn;
      else drawn.finalize();
    }
    drawing.style.minHeight = "";
  }

  return { draw };
})();
