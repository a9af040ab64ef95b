//! The page on `/`: files that are part of the program, with headers that let a browser load
//! nothing else, run no inline script, and take no text for markup.

use crate::http::Response;

/// A file of the page: its path, media type and text.
type File = (&'static str, &'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [File; 13] = [
    ("/", HTML, include_str!("page/page.html")),
    ("/sim/page/page.css", CSS, include_str!("page/page.css")),
    ("/sim/page/panels.css", CSS, include_str!("page/panels.css")),
    ("/sim/page/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/sim/page/page.js", SCRIPT, include_str!("page/page.js")),
    ("/sim/page/live.js", SCRIPT, include_str!("page/live.js")),
    ("/sim/page/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/sim/page/list.js", SCRIPT, include_str!("page/list.js")),
    ("/sim/page/controls.js", SCRIPT, include_str!("page/controls.js")),
    ("/sim/page/calls.js", SCRIPT, include_str!("page/calls.js")),
    ("/sim/page/extensions.js", SCRIPT, include_str!("page/extensions.js")),
    ("/sim/page/requests.js", SCRIPT, include_str!("page/requests.js")),
    ("/sim/page/sheet.js", SCRIPT, include_str!("page/sheet.js")),
];

/// Everything from here, nothing from elsewhere; text cannot become markup or script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// The file with this path, if it is one of the page's.
pub(super) fn file(path: &str) -> Option<Response> {
    let (_, media, text) = FILES.iter().find(|(known, ..)| *known == path)?;
    let response = Response { content_type: Some(media), body: text.as_bytes().into(), ..Response::empty(200) };
    Some(
        response
            .with("content-security-policy", POLICY)
            .with("x-content-type-options", "nosniff")
            .with("referrer-policy", "no-referrer")
            .with("cross-origin-opener-policy", "same-origin")
            .with("cross-origin-resource-policy", "same-origin")
            // Another version of the program may answer here tomorrow.
            .with("cache-control", "no-cache"),
    )
}
