"""Looks of the workbench: colours by role, spacing, and the one style sheet."""

from __future__ import annotations

from typing import Any, Final

from app.plots.palette import TIER_COLOURS

_BAR: Final[dict[str, Any]] = {
    "components": {
        "MuiAppBar": {
            "styleOverrides": {"root": {"backgroundColor": "#1f4e79", "color": "#ffffff"}}
        }
    }
}
"""The bar keeps its colours in both themes, so that its links stay readable."""

THEME: Final[dict[str, Any]] = {
    "light": {
        "palette": {
            "primary": {"main": "#1f4e79"},
            "secondary": {"main": "#8a6100"},
            "background": {"default": "#f6f7f9"},
        },
        "typography": {"fontSize": 13},
        **_BAR,
    },
    "dark": {
        "palette": {
            "primary": {"main": "#8ab4e0"},
            "secondary": {"main": "#d6b25e"},
        },
        "typography": {"fontSize": 13},
        **_BAR,
    },
}

SHEET: Final = f"""
:host {{ font-size: 0.875rem; line-height: 1.45; color: inherit; }}
h1, h2, h3 {{ margin: 0 0 .3rem; line-height: 1.25; }}
h1 {{ font-size: 1.25rem; }} h2 {{ font-size: 1.05rem; }} h3 {{ font-size: .95rem; }}
p {{ margin: .15rem 0 .5rem; max-width: 110ch; }}
ul {{ margin: .1rem 0 .5rem; padding-left: 1.1rem; }}
a {{ color: inherit; text-underline-offset: .15em; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; font-weight: 600; padding: .2rem 0; }}
th, td {{ text-align: left; padding: .22rem .5rem; vertical-align: top;
          border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }}
th {{ font-weight: 600; }}
td.n, th.n {{ text-align: right; }}
.scroll {{ max-height: 17rem; overflow: auto; }}
.scroll.half {{ max-height: max(17rem, 48vh); }}
.scroll.whole {{ max-height: max(17rem, calc(100vh - 11rem)); }}
p.wide {{ max-width: none; }}
thead th {{ position: sticky; top: 0; background: var(--mui-palette-background-paper, Canvas); }}
.lamp {{ display: inline-block; border-radius: .7rem; padding: .05rem .6rem; color: #fff;
         font-size: .8rem; font-weight: 600; background: #606060; white-space: nowrap; }}
.lamp.high {{ background: {TIER_COLOURS["high"]}; }}
.lamp.medium {{ background: {TIER_COLOURS["medium"]}; }}
.lamp.low {{ background: {TIER_COLOURS["low"]}; }}
.lamp.unsupported {{ background: #a3421b; }}
.lamp.consistent {{ background: #157a4a; }}
.lamp.masked, .lamp.undecidable {{ background: #8a6100; }}
.lamp.hollow {{ background: transparent; color: inherit; border: 1px solid currentColor; }}
.quiet {{ opacity: .78; }}
.sum {{ font-variant-numeric: tabular-nums; }}
.swatch {{ display: inline-block; width: .8em; height: .8em; margin-right: .35em;
           border-radius: .15em; vertical-align: -.05em; }}
.banner {{ padding: .5rem .8rem; border-left: .3rem solid #325ffa;
           background: color-mix(in srgb, #325ffa 12%, transparent); }}
.banner[role=alert] {{ border-left-color: #a3421b;
                       background: color-mix(in srgb, #a3421b 14%, transparent); }}
nav a {{ color: inherit; text-decoration: none; padding: .35rem .6rem; border-radius: .3rem; }}
nav a:hover, nav a:focus-visible {{ background: rgba(255,255,255,.18); }}
nav a[aria-current=page] {{ text-decoration: underline; font-weight: 700; }}
form.search {{ display: flex; gap: .3rem; align-items: center; }}
form.search input {{ font: inherit; padding: .3rem .5rem; border-radius: .3rem; width: 14rem;
                     border: 1px solid rgba(255,255,255,.6); background: #fff; color: #111; }}
form.search button {{ font: inherit; padding: .3rem .7rem; border-radius: .3rem; cursor: pointer;
                      border: 1px solid rgba(255,255,255,.6); background: transparent;
                      color: inherit; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; margin: .2rem 0; }}
dt {{ font-weight: 600; }} dd {{ margin: 0; }}
"""
