"""Rich text is safe whatever was written, and the same when it is sanitised again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicator.catalog.richtext import plain, sanitise

CASES = {
    "plain text": ("a & b < c", "<p>a &amp; b &lt; c</p>"),
    "Markdown": ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
    "a Markdown list": ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    "headings start at the level asked for": (
        "# A\n\n## B",
        "<h3>A</h3>\n<h4>B</h4>",
    ),
    "deep headings end at six": ("<h1>a</h1><h6>b</h6>", "<h3>a</h3><h6>b</h6>"),
    "inline HTML becomes paragraphs": ("<b>a</b>\nb\n\nc", "<p><b>a</b><br>b</p><p>c</p>"),
    "a table": (
        "<table><tr><td colspan=2 onclick=x>1</table>",
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
    ),
    "a link": (
        '<p><a href="https://a.example/?x=1&amp;y=2" target=_blank>a</a></p>',
        '<p><a href="https://a.example/?x=1&amp;y=2" rel="noopener nofollow">a</a></p>',
    ),
    "a relative link leads nowhere": ('<p><a href="/x">a</a></p>', "<p><a>a</a></p>"),
    "a script goes with its content": ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
    "foreign content goes whole": ("<p>a<svg><text>x</text></svg></p>", "<p>a</p>"),
    "unknown tags lose the tag": ("<p><blink>a</blink></p>", "<p>a</p>"),
    "dimensions are no emphasis": ("210*297*30 mm", "<p>210 \u00d7 297 \u00d7 30 mm</p>"),
    "own pictures stay": ("<p><img src='m/a.png' alt=x></p>", '<p><img src="m/a.png" alt="x"></p>'),
    "other pictures go": ("<p>a<img src='https://x.example/a.png'></p>", "<p>a</p>"),
    "nothing": ("  ", ""),
}

HOSTILE = [  # one attack a line
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img id="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',  # noqa: E501
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<select><template><style><!--</style><a rel="--></style></select><img id=x src onerror=alert(1)>">',  # noqa: E501
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<base href='https://evil.example/'><a href='x'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<plaintext><img src=x onerror=alert(1)>",
    "<div><![CDATA[<img src=x onerror=alert(1)>]]></div>",
]


@pytest.mark.parametrize("name", CASES)
def test_the_policy_holds(name: str) -> None:
    """Each rule of the policy, by example."""
    written, expected = CASES[name]
    assert sanitise(written, images={"m/a.png"}) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_loses_its_teeth(text: str) -> None:
    """No element or attribute that executes, and no scheme that does, is left as markup."""
    result = sanitise(text)
    tags = [part.split(">", 1)[0].lower() for part in result.split("<")[1:]]
    assert not any("onerror" in tag or "onload" in tag or "script:" in tag for tag in tags)
    assert not any(tag.startswith(("img", "svg", "script", "iframe", "style")) for tag in tags)


MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<div>",
                "</div>",
                "<b>",
                "</b>",
                "<a href='https://a.example'>",
                "</a>",
                "<ul>",
            ),
            *(
                "<li>",
                "</ul>",
                "<table>",
                "<tr>",
                "<td>",
                "</table>",
                "<h1>",
                "</h1>",
                "<h4>",
                "<svg>",
                "</svg>",
            ),
            *(
                "<script>",
                "</script>",
                "<style>",
                "</style>",
                "<!--",
                "-->",
                "<br>",
                "&amp;",
                "&lt;",
                "&#x3c;",
            ),
            *(
                "text",
                " ",
                "\n",
                "\n\n",
                "*",
                "_",
                "`",
                "# ",
                "- ",
                "> ",
                "[a](b)",
                "<pre>",
                "</pre>",
                "<select>",
            ),
            *(
                "<math>",
                "<img src=a>",
                "<code>",
                "</code>",
                "<caption>",
                "<th>",
                "<dl>",
                "<dt>",
                "&",
                "<",
                ">",
            ),
        ]
    ),
    max_size=14,
).map("".join)


@given(MARKUP | st.text(max_size=60))
@example("<div>a</div><div>b</div>")
@example("<p>a<table><tr><td>b</table>c")
@example("<b>a\n\nb</b>")
@settings(max_examples=400, deadline=None)
def test_sanitising_again_changes_nothing(text: str) -> None:
    """The result is a fixed point."""
    once = sanitise(text)
    assert sanitise(once) == once


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_plain_text_has_no_markup_left(text: str) -> None:
    """Plain text of escaped text is that text, on one line."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert "\n" not in plain(f"<p>{escaped}</p>")


def test_plain_text_keeps_words_apart() -> None:
    """Blocks and breaks become spaces, inline elements do not."""
    assert plain("<h2>A</h2><p>b<br>c<b>d</b>e &amp; f</p>") == "A b cde & f"
