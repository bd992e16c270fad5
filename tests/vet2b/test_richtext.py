import time

import pytest

from vet2b.lib.richtext import one_line, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](https://evil.example/track.png)",
    '[x](https://a.example"onmouseover="alert(1))',
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<style>body{display:none}</style>",
    "<form action=https://evil.example><button>x</button></form>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "<!-- <script>alert(1)</script> -->",
    "<math><mtext><style><img src=x onerror=alert(1)>",
    "<div style='position:fixed'>x</div>",
    "\x02klzzwxh:0000\x03",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gives_no_active_html(text):
    html = to_html(text).lower()

    for bad in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        "<form",
        "<math",
        "<div",
        'href="java',
        'href="data',
        'href="vb',
    ):
        assert bad not in html
    assert " onerror=" not in html.replace("&lt;img src=x onerror=", "").replace("style&gt;", "")
    assert '<a href="https://a.example" on' not in html


def test_what_people_write_is_shown():
    html = to_html("A **bold** and *soft* word.\n\n- one\n- two\n\n1. first\n\n> said\n\n[here](https://a.example)")

    assert html == (
        "<p>A <strong>bold</strong> and <em>soft</em> word.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        "<ol>\n<li>first</li>\n</ol>\n<blockquote>\n<p>said</p>\n</blockquote>\n"
        '<p><a href="https://a.example" rel="nofollow ugc noopener">here</a></p>'
    )


def test_headings_begin_below_those_of_the_page():
    assert to_html("# One\n\n## Two\n\n##### Five") == "<h3>One</h3>\n<h4>Two</h4>\n<h6>Five</h6>"


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![[",
        "[a](",
        "*",
        "_*",
        "> ",
        ">",
        "- ",
        "`",
        "<",
        "&",
        "a\n=\n",
        "1. ",
        "    a\n",
        "[](<",
        "***a",
        "\\",
        "((",
    ],
)
def test_no_text_takes_long(piece):
    started = time.perf_counter()

    to_html((piece * 6000)[:6000])

    assert time.perf_counter() - started < 2


def test_one_line_has_no_breaks_or_direction_marks():
    assert one_line("a\r\nBcc: b\u202e c\u2028d\x00e ") == "a Bcc: b c d e"
