"""Texts that would run, load or restyle something if a page took them for more than text.

`{url}` is an address on this machine that counts its requests.
"""

INJECTIONS = (
    # Elements.
    "<script>window.injected = 1</script>",
    "</code></td></table></details><script>window.injected = 1</script>",
    "</style><script>window.injected = 1</script>",
    "</title><script>window.injected = 1</script>",
    "--><script>window.injected = 1</script><!--",
    "<script src='{url}'></script>",
    "<ScRiPt >window.injected=1</sCrIpT\t>",
    "<scr<script>ipt>window.injected = 1</scr</script>ipt>",
    "<img src=x onerror=window.injected=1>",
    "<img src={url}>",
    "<svg onload=window.injected=1>",
    "<svg><animate onbegin=window.injected=1 attributeName=x dur=1s>",
    "<svg><style>@import '{url}'</style>",
    "<math><mtext><table><mglyph><style><img src onerror=window.injected=1>",
    "<iframe srcdoc='<script>top.injected = 1</script>'></iframe>",
    "<iframe src={url}></iframe>",
    "<object data={url}></object><embed src={url}>",
    "<link rel=stylesheet href={url}><link rel=preload as=image href={url}>",
    "<style>body { background: url({url}) } * { display: none }</style>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    "<base href={url}>",
    "<form action={url}><button autofocus onfocus=window.injected=1>go</button></form>",
    "<body onload=window.injected=1>",
    "<details open ontoggle=window.injected=1>",
    "<video poster={url}><source src={url} onerror=window.injected=1></video>",
    "<template><script>window.injected = 1</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=window.injected=1>\">",
    "<plaintext>",
    "<!--",
    "<![CDATA[",
    "<?xml version='1.0'?>",
    # Attributes.
    '" onmouseover="window.injected=1" autofocus onfocus="window.injected=1" x="',
    "' onmouseover='window.injected=1' autofocus onfocus='window.injected=1' x='",
    "` onmouseover=window.injected=1 x=`",
    'x" style="background:url({url})',
    "x onfocus=window.injected=1 autofocus tabindex=1",
    # Addresses.
    "javascript:window.injected=1",
    "JaVaScRiPt:window.injected=1",
    "java\tscript:window.injected=1",
    "data:text/html,<script>window.injected=1</script>",
    "{url}",
    # Templates.
    "{{ 7 * 7 }}",
    "{% for each in ().__class__.__base__.__subclasses__() %}{{ each }}{% endfor %}",
    "{{ self.__init__.__globals__ }}",
    "{# comment #}",
    "${7*7} #{7*7} <%= 7*7 %> [[7*7]] {{=7*7}}",
    # References, and what a second decoding would make of it.
    "&lt;script&gt;window.injected = 1&lt;/script&gt;",
    "&#60;script&#62;window.injected=1&#60;/script&#62;",
    "&amp;lt;img src=x onerror=window.injected=1&amp;gt;",
    "%3Cscript%3Ewindow.injected=1%3C/script%3E",
    "\\u003cscript\\u003ewindow.injected=1\\u003c/script\\u003e",
    "+ADw-script+AD4-window.injected=1+ADw-/script+AD4-",
    # Characters.
    "\uff1cscript\uff1ewindow.injected=1\uff1c/script\uff1e",
    "\u02bcscript\u203awindow.injected=1",
    "\x00<script>window.injected=1</script>",
    "<scr\x00ipt>window.injected=1</script>",
    "\x1b[31mred\x1b]0;title\x07",
    "\r\n<script>window.injected=1</script>",
    "\u2028<script>window.injected=1</script>\u2029",
    "user\u202egpj.exe\u202c",
    "\u2066isolated\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\u200djoiner\ufeff",
    "\ud800 lone \udfff",
    "e" + "\u0301" * 200,
    "\U000e0041\U000e0042 tags",
    "x" * 5000,
)  # fmt: skip


def injections(url: str) -> list[str]:
    """The texts, with an address that counts its requests."""
    return [text.replace("{url}", url) for text in INJECTIONS]
