// Says that the field is painted: after two frames, as Sotto's page does.
requestAnimationFrame(() =>
  requestAnimationFrame(() => {
    document.title = "ready";
  }),
);
