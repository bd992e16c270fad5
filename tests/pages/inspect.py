"""What a page is looked at for, in a real browser."""

from axe_playwright_python.base import AXE_SCRIPT

LOG_IN = "/account/login/"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": AXE_TAGS}
LOOKS = [(1280, "light"), (390, "dark")]
NARROWEST = 320

RUN_AXE = """async rules => {
  const found = await axe.run(document, {resultTypes: ["violations"], preload: false, runOnly: rules})
  return found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 160) + " " +
    (v.id === "color-contrast" ? n.any.map(a => a.message).join() : "")))
}"""
SIDEWAYS = """() => {
  const page = document.documentElement
  if (page.scrollWidth <= page.clientWidth) return []
  const wide = [...document.querySelectorAll("body *")].filter(part => {
    const box = part.getBoundingClientRect()
    return box.width && box.right > page.clientWidth + 1
  })
  return ["scrolls sideways: " + wide.slice(-3).map(part => part.outerHTML.slice(0, 120)).join(" | ")]
}"""
FORMS = """() => [
  ...[...document.querySelectorAll("form[method=post]")]
    .filter(form => !form.querySelector("[name=csrfmiddlewaretoken]")).map(form => "no token: " + form.action),
  ...[...document.querySelectorAll(".error-summary")].slice(1).map(() => "summed up twice"),
]"""
OPEN_ALL = "() => document.querySelectorAll('main details').forEach(part => { part.open = true })"
SEND_EMPTY = """form => {
  form.noValidate = true
  for (const field of form.elements) {
    if (field.matches("textarea, input[type=text], input[type=email], input[type=password]")) field.value = ""
    if (field.matches("select")) field.selectedIndex = -1
  }
  form.requestSubmit()
}"""


class Ear:
    """Hears what the console says, also of the policy, and what is asked of other servers."""

    def __init__(self, page, own):
        self.own, self.heard, self.is_open = own, [], True
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("request", self.watch)

    def hear(self, message):
        is_answer = "the server responded with a status of 4" in message.text
        if self.is_open and message.type in {"error", "warning"} and not is_answer:
            self.heard.append(f"console: {message.text[:200]}")

    def watch(self, request):
        if not request.url.startswith((self.own, "data:")):
            self.heard.append(f"third party: {request.url}")


def walk(page, site, visits, looks):
    """What is wrong with these pages. While `looks` run the ear is closed, as axe adds styles of its own."""
    ear, wrong = Ear(page, site.url), []
    for visit in visits:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        ear.is_open, ear.heard = True, []
        faults = answer_faults(page, visit)
        ear.is_open = False
        if not faults:
            faults = ear.heard + looks(page)
        wrong += [f"{visit.path}{' (sent)' if visit.sends else ''} {fault}" for fault in faults]
    return wrong


def answer_faults(page, visit):
    answer = page.goto(visit.path)
    if visit.sends:
        page.evaluate("() => { window.isBefore = true }")
        with page.expect_response(is_shown) as sent:
            page.locator(visit.sends).first.evaluate(SEND_EMPTY)
        answer = sent.value
        page.wait_for_function("() => !window.isBefore && document.readyState === 'complete'")
    expected = {404} if visit.name == "404" else {200, 422} if visit.sends else {200}
    is_astray = LOG_IN in page.url and LOG_IN not in visit.path
    return [f"answers {answer.status} at {page.url}"] if answer.status not in expected or is_astray else []


def is_shown(answer):
    """Of a page that opens now, past redirects."""
    return answer.request.is_navigation_request() and not 300 <= answer.status < 400


def soundness(page):
    """Faults of access at both widths, one in light and one in dark; and of layout, down to the narrowest."""
    page.evaluate(AXE_SCRIPT)
    faults = page.evaluate(FORMS)
    faults += [f"{width} {scheme}: {fault}" for width, scheme in LOOKS for fault in look(page, width, scheme)]
    page.set_viewport_size({"width": NARROWEST, "height": 844})
    return faults + [f"{NARROWEST}: {fault}" for fault in page.evaluate(SIDEWAYS)]


def look(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    if width == 390:
        page.evaluate(OPEN_ALL)
    return page.evaluate(SIDEWAYS) + page.evaluate(RUN_AXE, RULES)
