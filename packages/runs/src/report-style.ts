/** The page's only style sheet: a paper's appendix, in the light and in the dark, on paper and on a telephone. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --rule: #d1d9e0; --page: #ffffff; --shade: #f6f8fa; --mark: #9a6700; --shade-mark: #fff8e5; --good: #116329;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; --sans: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --soft: #9aa5b1; --rule: #38424d; --page: #12161b; --shade: #1a2027; --mark: #e3b341; --shade-mark: #2a2413; --good: #57c878; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 17px/1.55 var(--serif); -webkit-text-size-adjust: 100%; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 80px; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 22px; margin-bottom: 12px; }
.kind { margin: 0; font: 600 12px/1.4 var(--sans); letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
h1 { font-size: 34px; line-height: 1.15; margin: 6px 0 12px; font-weight: 600; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 22px; line-height: 1.25; margin: 44px 0 10px; font-weight: 600; }
p { margin: 0 0 12px; max-width: 44em; }
.summary { font-size: 19px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 10px 24px; margin: 18px 0 0; font: 14px/1.4 var(--sans); }
.facts dt { color: var(--soft); font-size: 12px; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.note { border-left: 3px solid var(--mark); background: var(--shade-mark); padding: 10px 14px; max-width: 46em; font: 15px/1.5 var(--sans); margin: 12px 0; }
.note p:last-child { margin: 0; }
figure { margin: 18px 0 26px; }
figcaption { font: 14px/1.45 var(--sans); color: var(--soft); text-align: left; max-width: 62em; }
figcaption { margin-top: 8px; }
.table figcaption { margin: 0 0 8px; }
figcaption b { color: var(--ink); font-weight: 600; }
.scroll { overflow-x: auto; }
.table table { border-collapse: collapse; font: 15px/1.4 var(--sans); font-variant-numeric: tabular-nums lining-nums; border-top: 2px solid var(--ink); border-bottom: 2px solid var(--ink); }
.table th { font-weight: 600; font-size: 13px; border-bottom: 1px solid var(--ink); vertical-align: bottom; }
.table th, .table td { text-align: left; padding: 6px 22px 6px 0; }
.table th.right, .table td.right { text-align: right; padding: 6px 0 6px 26px; white-space: nowrap; }
.table td.right + td:not(.right), .table th.right + th:not(.right) { padding-left: 26px; }
.table tr.reference td { color: var(--soft); font-style: italic; }
.table tr.reference:not(.reference + .reference):not(:first-child) td { border-top: 1px solid var(--rule); }
.table tr.differs td { background: var(--shade-mark); }
.table tr.differs td:first-child { box-shadow: inset 3px 0 0 var(--mark); padding-left: 10px; }
.table td.best { font-weight: 700; color: var(--good); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 0 40px; }
.plots svg { width: 100%; max-width: 46rem; height: auto; display: block; overflow: visible; }
.drawing svg { max-width: 30rem; max-height: 56rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 8px 40px; }
.pictures table { border-collapse: collapse; font: 13px/1.3 var(--sans); flex: 0 1 auto; }
.pictures th { max-width: 114px; font-weight: 600; padding: 0 3px 4px; text-align: center; vertical-align: bottom; }
.pictures td { padding: 3px; text-align: center; }
.pictures td.name { color: var(--soft); text-align: right; padding-right: 8px; }
.pictures img, .layers img { display: block; image-rendering: pixelated; }
.pictures img { width: 108px; height: auto; margin: 0 auto; }
.layers { display: flex; flex-wrap: wrap; gap: 22px 28px; align-items: flex-start; }
.layers > div { flex: 1 1 170px; max-width: 230px; font: 13px/1.35 var(--sans); color: var(--soft); }
.tiles { display: grid; gap: 4px; margin-bottom: 6px; } .tiles img { width: 100%; height: auto; }
.layers b { color: var(--ink); font-weight: 600; }
pre { font: 13.5px/1.5 var(--mono); background: var(--shade); border: 1px solid var(--rule); border-radius: 4px; padding: 12px 14px; margin: 8px 0; overflow-x: auto; tab-size: 2; }
details { margin: 14px 0; } summary { cursor: pointer; font: 14px/1.45 var(--sans); }
.math { overflow-x: auto; overflow-y: hidden; padding: 6px 0; }
math { font-size: 1.12em; } math[display="block"] { margin: 8px 0; text-align: left; }
.math mtable[columnalign^="right left"] > mtr > mtd:nth-child(odd) { text-align: right; } .math mtable[columnalign^="right left"] > mtr > mtd:nth-child(even) { text-align: left; }
.math [mathvariant="bold"] { font-weight: 700; text-transform: none; } .math [mathvariant="bold-italic"] { font-weight: 700; } .math [mathvariant="sans-serif"] { font-family: var(--sans); text-transform: none; }
footer { margin-top: 48px; border-top: 1px solid var(--rule); padding-top: 12px; font: 13px/1.4 var(--sans); color: var(--soft); }
@media (max-width: 640px) { body { font-size: 16px; } main { padding: 24px 16px 56px; } h1 { font-size: 26px; } .summary { font-size: 17px; } .pictures img { width: 72px; } .layers > div { flex-basis: 140px; }
  .pictures th { font-size: 10px; padding: 0 1px 3px; } .pictures td { padding: 2px; } .table th, .table td { padding-right: 14px; } .table th.right, .table td.right { padding-left: 14px; } }
@media print { :root { --ink: #000; --soft: #444; --rule: #bbb; --page: #fff; --shade: #fff; --shade-mark: #fff; --mark: #000; --good: #000; } body { font-size: 11pt; } figure, table { break-inside: avoid; } }
`;
