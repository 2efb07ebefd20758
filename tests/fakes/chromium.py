"""A real headless Chromium, driven by its DevTools protocol over a WebSocket.

``async with Chromium(profile) as page: await page.open(url); await page.evaluate(script)``
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--disable-default-apps", "--disable-dev-shm-usage"),
    *("--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0"),
    # Whatever is not this machine is nowhere: a test never waits for a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_START_SECONDS = 60
_ANSWER_SECONDS = 30


def chromium_path() -> str:
    """Where Chromium is; skips the test where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs Chromium (the program `chromium`)")
    return found


class BrowserError(Exception):
    """Chromium refused a command, or a script on the page threw."""


@dataclass
class Page:
    """One tab. What it asked for and what it complained about is kept.

    Attributes:
        requests: The addresses that were asked for since the page was opened.
        complaints: Console errors and warnings, and uncaught exceptions, since then.
        responses: Address and status of what came back.
        refused: Other pages that it tried to go to by itself, since then, while we were the web.
        runs_scripts: Whether pages may run scripts of their own.
    """

    _socket: aiohttp.ClientWebSocketResponse
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    responses: list[tuple[str, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    runs_scripts: bool = True
    _session: str = ""
    _frame: str = ""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)
    _served: dict[str, bytes] = field(default_factory=dict)
    _answering: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set)

    async def open(self, url: str) -> None:
        """Go there anew, and wait until it is loaded and laid out."""
        # From elsewhere: only the fragment changing would not load anything.
        await self._go("about:blank")
        self.requests.clear()
        self.complaints.clear()
        self.responses.clear()
        self.refused.clear()
        await self._go(url)
        # Scrolling to a fragment happens with the first frames.
        await self._two_frames()

    async def evaluate(self, script: str) -> Any:
        """The JSON value of a script's last expression on the page; promises are awaited."""
        answer = await self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"], indent=1))
        return answer["result"].get("value")

    async def resize(self, width: int, height: int, *, scale: float = 1.0) -> None:
        """Lay the page out for a screen of so many CSS pixels."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    async def prefer(self, **features: str) -> None:
        """Media features, with ``_`` for ``-``: ``prefers_color_scheme="dark"``."""
        wanted = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        await self.send("Emulation.setEmulatedMedia", features=wanted)

    async def switch_scripts(self, *, on: bool) -> None:
        """Let pages run scripts of their own, or not; ``evaluate`` works all the same."""
        self.runs_scripts = on
        await self.send("Emulation.setScriptExecutionDisabled", value=not on)

    async def serve(self, pages: Mapping[str, bytes]) -> None:
        """Be the whole web from now on: give this HTML for these addresses, refuse all others.

        A page that goes elsewhere by itself stays where it is.
        """
        self._served = dict(pages)
        await self.send("Fetch.enable", patterns=[{"urlPattern": "*"}])

    async def take_picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what is in view as PNG; ``whole``: the page from its top to its end."""
        answer = await self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(answer["data"]))

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Any command of the protocol; what it gives back."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_str(json.dumps(message))
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await answer

    def _take_answer(self, message: dict[str, Any]) -> None:
        answer = self._waiting.pop(message["id"], None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(BrowserError(json.dumps(message["error"])))
        else:
            answer.set_result(message["result"])

    def _answer(self, request: dict[str, Any]) -> None:
        number, url = request["requestId"], request["request"]["url"]
        body = self._served.get(url)
        is_page = request["resourceType"] == "Document"
        if body is None and is_page and request["frameId"] == self._frame:
            self.refused.append(url)
        if body is not None or is_page:
            # A page that is sent where there is no content stays where it is.
            sending = self.send(
                "Fetch.fulfillRequest",
                requestId=number,
                responseCode=204 if body is None else 200,
                responseHeaders=[{"name": "Content-Type", "value": "text/html; charset=utf-8"}],
                body=base64.b64encode(body or b"").decode(),
            )
        else:
            sending = self.send("Fetch.failRequest", requestId=number, errorReason="Aborted")
        task = asyncio.create_task(_quietly(sending))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _attach(self) -> None:
        target = await self.send("Target.createTarget", url="about:blank")
        attached = await self.send(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        self._frame = target["targetId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.send(f"{domain}.enable")

    async def _go(self, url: str) -> None:
        self._loaded.clear()
        answer = await self.send("Page.navigate", url=url)
        if "errorText" in answer and answer["errorText"] != "net::ERR_HTTP_RESPONSE_CODE_FAILURE":
            raise BrowserError(f"{url}: {answer['errorText']}")
        async with asyncio.timeout(_ANSWER_SECONDS):
            await self._loaded.wait()

    async def _two_frames(self) -> None:
        if not self.runs_scripts:
            # Callbacks are never called then; a picture waits for a frame, too.
            await self.send("Page.captureScreenshot")
            return
        await self.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        )

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            self._take(json.loads(message.data))
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(BrowserError("Chromium closed the connection"))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._take_answer(message)
            return
        params = message.get("params", {})
        match message["method"]:
            case "Fetch.requestPaused":
                self._answer(params)
            case "Page.loadEventFired":
                self._loaded.set()
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.responseReceived":
                response = params["response"]
                self.responses.append((response["url"], response["status"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.complaints.append(json.dumps(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(params["entry"]["text"])


class Chromium:
    """Starts Chromium with one page; use it as an async context.

    Args:
        profile: A folder for it to keep its files in, such as ``tmp_path / "profile"``.
        width: Of the page in CSS pixels.
        height: Of the page in CSS pixels.
        flags: More words for its command line.
    """

    def __init__(
        self, profile: Path, *, width: int = 1000, height: int = 800, flags: tuple[str, ...] = ()
    ) -> None:
        self._profile = profile
        self._size = (width, height)
        self._flags = flags
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Page:
        async with contextlib.AsyncExitStack() as stack:
            address = await stack.enter_async_context(self._running())
            session = await stack.enter_async_context(aiohttp.ClientSession())
            socket = await stack.enter_async_context(session.ws_connect(address, max_msg_size=0))
            page = Page(socket)
            stack.push_async_callback(_stop, asyncio.create_task(page._listen()))
            await page._attach()
            await page.resize(*self._size)
            self._stack = stack.pop_all()
            return page

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[str]:
        """The running browser's WebSocket address."""
        browser = await asyncio.create_subprocess_exec(
            *(chromium_path(), *_FLAGS, *self._flags, f"--user-data-dir={self._profile}"),
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            # Its helpers end with it: they are one group of processes.
            start_new_session=True,
        )
        try:
            yield await self._read_address(browser)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
            await browser.wait()

    async def _read_address(self, browser: asyncio.subprocess.Process) -> str:
        written = self._profile / "DevToolsActivePort"
        async with asyncio.timeout(_START_SECONDS):
            while True:
                if browser.returncode is not None:
                    raise BrowserError(f"Chromium ended with {browser.returncode}")
                with contextlib.suppress(OSError):
                    lines = written.read_text().splitlines()
                    if len(lines) == 2:
                        return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
                await asyncio.sleep(0.05)


async def _quietly(sending: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """A page that is gone takes no answer any more."""
    with contextlib.suppress(BrowserError, TimeoutError, ConnectionError):
        return await sending
    return {}


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
