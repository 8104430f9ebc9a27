// Says that the field is painted and has the focus: after two frames, as Sotto's page does.
document.querySelector("textarea").focus();
requestAnimationFrame(() =>
  requestAnimationFrame(() => {
    document.title = "ready";
  }),
);
