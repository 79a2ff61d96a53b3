"""Opens the HTML report in a headless Chromium and looks at it as a person would.

  page_check.py CHROMIUM PAGE CASES [--screenshots DIR]

Speaks the DevTools protocol over Chromium's pipe (descriptors 3 and 4, messages end with NUL:
https://chromedevtools.github.io/devtools-protocol/), so nothing but Python is needed. Prints one line a check; exit 1
when one fails, 77 when Chromium does not start here.
"""

import base64
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time


class Browser:
    def __init__(self, program, profile):
        to_browser, self.out = os.pipe()
        self.inp, from_browser = os.pipe()
        # Our ends stay ours, the browser finds its own at 3 and 4.
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        shell = f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"'
        self.process = subprocess.Popen(["bash", "-c", shell, "bash", *command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, pass_fds=(to_browser, from_browser),
                                        start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.next_id = 0
        self.events = []
        self.session = None

    def message(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.inp], [], [], left)[0]:
                raise TimeoutError
            data = os.read(self.inp, 1 << 20)
            if not data:
                raise EOFError
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, seconds=60, **params):
        self.next_id += 1
        request = {"id": self.next_id, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            answer = self.message(deadline)
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def wait(self, script, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.run(script):
                return True
            time.sleep(0.05)
        return False

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


failed = False


def check(good, what):
    global failed
    print(f"{'ok     ' if good else 'not ok '} {what}")
    failed |= not good


def texts(browser, selector):
    return browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")


def look(browser, page, cases):
    browser.call("Page.navigate", url=pathlib.Path(page).absolute().as_uri())
    check(browser.wait("!!document.querySelector('tr.case')"), "the page shows cases")
    data = browser.run("JSON.parse(document.getElementById('data').textContent)")
    check(len(data["cases"]) == cases, f"all {cases} cases are in it")
    check(browser.run("window.pwned === undefined && document.images.length === 0"), "markup in names stays text")
    check(all(c["case_id"] in names for c in data["cases"][:1] for names in [texts(browser, "td.name button")])
          or cases > 200, "a case is found by its title")

    of_all = browser.run("""(() => { const data = JSON.parse(document.getElementById('data').textContent);
        const reasons = new Map(data.cases.map(c => [c.case_id, c.reasons]));
        return [...document.querySelectorAll('section.cause')].every(s => {
            const cases = [...s.querySelectorAll('.cases button')].map(b => b.textContent).filter(t => reasons.has(t));
            return [...s.querySelectorAll('p:not(:first-child, .example, :has(b))')].every(p => cases.every(t => reasons.get(t).includes(p.textContent)));
        }); })()""")
    check(of_all, "what is said of a cause is true of each of its cases")

    wanted = data["cases"][0]["case_id"]
    browser.run(f"""(() => {{ const s = document.getElementById('search'); s.value = {json.dumps(wanted)};
        s.dispatchEvent(new Event('input')); }})()""")
    check(browser.wait("document.querySelectorAll('tr.case').length === 1"), "search leaves the one case")
    check(texts(browser, "td.name button") == [wanted], "and it is the one that was searched")
    browser.run("document.querySelector('td.name button').click()")
    check(browser.run("document.querySelectorAll('tr.detail').length") == 1, "a click opens its detail")
    check(browser.run("document.querySelector('td.name button').getAttribute('aria-expanded')") == "true",
          "and says so to a screen reader")
    browser.run("[...document.querySelectorAll('.chips button')].pop().click()")
    check(browser.wait(f"document.querySelectorAll('tr.case').length >= {min(cases, 200)}"), "clearing brings all back")

    def sorted_by(key):
        browser.run(f"document.querySelector('th[data-sort={key}] button').click()")
        return texts(browser, "td.name button"), browser.run(
            f"document.querySelector('th[data-sort={key}]').getAttribute('aria-sort')")
    up, up_word = sorted_by("case")
    down, down_word = sorted_by("case")
    check((up_word, down_word) == ("ascending", "descending"), "a heading sorts, and turns the order")
    check(up != down if cases > 1 else True, "the rows follow")
    if cases <= 200:
        check(up == list(reversed(down)), "one order is the other reversed")
    unlabelled = browser.run("[...document.querySelectorAll('button, input')].filter(e => "
                             "!(e.textContent || '').trim() && !e.getAttribute('aria-label')).length")
    check(unlabelled == 0, "every control has a name")
    start = time.monotonic()
    browser.run("document.querySelector('th[data-sort=status] button').click()")
    took = time.monotonic() - start
    print(f"        sorting {cases} cases took {took * 1000:.0f} ms")
    wide = browser.run("document.documentElement.scrollWidth <= innerWidth")
    check(wide, "nothing sticks out sideways at 1280")
    size(browser, 400)
    fits = browser.wait("document.documentElement.scrollWidth <= innerWidth", 5)
    check(fits, "nor at 400")
    if not fits:
        print(browser.run("[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
                          ".slice(0, 8).map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)"))
    size(browser, 1280)


def size(browser, width, height=900):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


def screenshot(browser, width, path):
    size(browser, width)
    browser.run("new Promise(r => setTimeout(r, 200))")
    height = min(browser.run("document.documentElement.scrollHeight"), 6000)
    size(browser, width, height)
    browser.run("new Promise(r => setTimeout(r, 300))")
    picture = browser.call("Page.captureScreenshot", format="png")["data"]
    path.write_bytes(base64.b64decode(picture))


def complaints(browser):
    found = []
    for event in browser.events:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            found.append(json.dumps(params["exceptionDetails"])[:300])
        if method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            found.append(params["entry"]["text"])
        if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            found.append(json.dumps(params["args"])[:300])
    return found


def requests(browser):
    urls = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    return [u for u in urls if not u.startswith(("file:", "data:"))]


def main():
    program, page, cases = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pictures = pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else None
    profile = tempfile.mkdtemp()
    browser = Browser(program, profile)
    try:
        try:
            target = browser.call("Target.createTarget", url="about:blank")["targetId"]
            browser.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        except (TimeoutError, EOFError, BrokenPipeError):
            print(f"skipped: {program} does not start here")
            return 77
        for domain in ("Page", "Runtime", "Log", "Network"):
            browser.call(f"{domain}.enable")
        size(browser, 1280)
        look(browser, page, cases)
        check(complaints(browser) == [], f"no error in the console {complaints(browser)}")
        check(requests(browser) == [], f"no request to anywhere {requests(browser)}")
        for width in (1280, 400) if pictures else ():
            screenshot(browser, width, pictures / f"report_{width}.png")
    finally:
        browser.close()
        shutil.rmtree(profile, ignore_errors=True)
    return 1 if failed else 0


sys.exit(main())
