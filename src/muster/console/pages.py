"""The pages in HTML, and the headers that keep them to themselves: no script, no frame, no referrer, no cache.

Every text from outside goes through `html.escape`.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #566073; --paper: #fff; --ground: #f1f3f7;
  --line: #8a94a6; --accent: #1f4fb4; --on-accent: #fff; --wrong: #a11219; --wrong-paper: #fdeeee; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf2; --soft: #a9b2c3; --paper: #1b2029; --ground: #12151c;
  --line: #7b869a; --accent: #9dbcff; --on-accent: #10182b; --wrong: #ffb3b3; --wrong-paper: #3a1c20; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--ground); }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--paper); border-radius: .75rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 8px 24px rgb(0 0 0 / .08); }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
label { display: block; margin-top: 1.1rem; font-weight: 600; }
input { display: block; width: 100%; margin-top: .3rem; padding: .6rem .7rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: .4rem; }
input[readonly] { margin-top: 0; padding: 0; border-color: transparent; text-overflow: ellipsis; }
input[aria-invalid] { border-color: var(--wrong); }
.hint { margin: .45rem 0 0; font-size: .9rem; color: var(--soft); }
.wrong { padding: .7rem .9rem; color: var(--wrong); background: var(--wrong-paper); border-radius: .4rem;
  border-left: .25rem solid var(--wrong); }
button { width: 100%; margin-top: 1.6rem; padding: .7rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: .4rem; }
:focus-visible { outline: .2rem solid var(--accent); outline-offset: .15rem; }
"""

_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def page(title: str, content: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A whole page; `title` is text, `content` is HTML."""
    html = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""
    return HTMLResponse(html, status, {**_HEADERS, **(headers or {})})


def notice(title: str, text: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A page that only tells something."""
    return page(title, f"<p>{escape(text)}</p>", status, headers)


def password_form(username: str, lengths: tuple[int, int], wrong: str | None = None) -> HTMLResponse:
    """The form that sets a password; `wrong` says why the last one was not taken. It is sent to its own address."""
    least, most = lengths
    complaint = "" if wrong is None else f'<p class="wrong" role="alert" id="wrong">{escape(wrong)}</p>'
    marked = "" if wrong is None else ' aria-invalid="true"'
    described = "hint" if wrong is None else "wrong hint"
    content = f"""\
{complaint}
<form method="post" accept-charset="utf-8">
<label for="username">Username</label>
<input id="username" type="text" dir="auto" autocomplete="username" value="{escape(username)}" readonly>
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="{least}"
 aria-describedby="{described}"{marked} autofocus>
<p class="hint" id="hint">{least} to {most} characters, without the username in it.</p>
<label for="again">New password, once more</label>
<input id="again" name="again" type="password" autocomplete="new-password" required minlength="{least}"{marked}>
<button type="submit">Set password</button>
</form>"""
    return page("Set your password", content, 200 if wrong is None else 422)
