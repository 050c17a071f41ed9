"""One browser tab on the app, and everything in it that must not happen."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

from tests.browser.served import Server

RENDER_LIMIT_MS = 30_000
LOCAL_SCHEMES = ("data", "blob", "about", "chrome-error")
# Opened below its root, Streamlit first asks for these beside the page, then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")
RENDERED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (!app || app.dataset.testScriptState !== 'notRunning' || !main || !main.innerText.trim()) return false;
  if (document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]')) return false;
  const mounts = [...document.querySelectorAll('[data-testid^="stBidiComponent"]')];
  return mounts.every((mount) => {
    const inside = [...mount.querySelectorAll('*'), mount].map((e) => e.shadowRoot).find(Boolean) || mount;
    return inside.querySelector('.root > :not(.loading), canvas, svg') !== null;
  });
}"""


@dataclass
class Tab:
    """A page of the app under watch: `faults` collects what a visitor must never meet."""

    page: Page
    server: Server
    idle: list[BrowserContext] = field(default_factory=list)  # where the context goes in the end
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error in the page: {error}"))
        self.page.on("request", self._on_request)

    def open(self, path: str = "/") -> Page:
        """Go to a path of the app ("/kernels?size=5") and wait until it is drawn."""
        self.page.goto(self.server.url + path)
        return self.rendered()

    def rendered(self) -> Page:
        """Wait until the script has run and every component on the page has drawn itself."""
        self.page.wait_for_function(RENDERED, timeout=RENDER_LIMIT_MS)
        return self.page

    def close(self) -> None:
        """Check, and give everything back; nothing the second time."""
        if not self.page.is_closed():
            try:
                self.check()
            finally:
                self._forget()

    def _forget(self) -> None:
        """Leave nothing that the next test could find: its blank page alone, nothing stored, nothing granted."""
        context = self.page.context
        try:
            for other in context.pages[1:]:
                if other is not self.page:
                    other.close()
            self.page.goto("about:blank")
            stored = {"origin": self.server.url, "storageTypes": "all"}
            context.new_cdp_session(self.page).send("Storage.clearDataForOrigin", stored)
            context.clear_cookies()
            context.clear_permissions()
            self.page.close()
        except Error:  # a browser that does not answer any more
            context.close()
        else:
            self.idle.append(context)

    def check(self) -> None:
        """Fail with everything that went wrong so far."""
        exceptions = self.page.locator('[data-testid="stException"]').all_inner_texts()
        faults = self.faults + [
            f"exception on the page: {text}\n{self.server.last_words}" for text in exceptions
        ]
        broken = self.page.locator("[data-component] > .alert:only-child").all_inner_texts()
        faults += [f"a component stopped: {text}" for text in broken]
        assert not faults, "\n".join(faults)

    def _on_console(self, message: ConsoleMessage) -> None:
        address = urlsplit(message.location.get("url", ""))
        probed = address.path.endswith(PROBES) and address.path not in PROBES
        if message.type == "error" and not probed:
            self.faults.append(f"console: {message.text} ({address.geturl()})")

    def _on_request(self, request: Request) -> None:
        address, own = urlsplit(request.url), urlsplit(self.server.url)
        if address.scheme not in LOCAL_SCHEMES and address.netloc != own.netloc:
            self.faults.append(f"request to another host: {request.url}")
