// The photo of the point under the pointer. A figure brings one sheet of tiles as layout.meta.photos,
// {source, width, height, columns, rows}; a trace names the tile of each point in its customdata.

const PHOTO_PX = 112;                                    // height on the page
const PHOTO_GAP_PX = 14;                                 // from the point

// The tile of a point, or null: {left, top} in tiles of the sheet.
function tileOf(sheet, point) {
  const given = point.customdata;
  const number = Array.isArray(given) || ArrayBuffer.isView(given) ? given[0] : given;
  if (!Number.isInteger(number) || number < 0 || number >= sheet.columns * sheet.rows) return null;
  return { left: number % sheet.columns, top: Math.floor(number / sheet.columns) };
}

// Shows photos on `stage` for what is hovered in `plot`; sheet() is that of the figure now, if any.
function makePhotos(stage, plot, sheet) {
  const image = make("div", { className: "lk-photo-image" });
  const text = make("div", { className: "lk-photo-text" });
  const card = make("div", { className: "lk-photo", hidden: true, ariaHidden: "true" }, image, text);
  stage.append(card);

  const hide = () => { card.hidden = true; };
  const show = (point) => {
    const photos = sheet();
    const tile = photos && tileOf(photos, point);
    if (!tile || !point.xaxis?.c2p) return hide();
    const zoom = PHOTO_PX / photos.height, width = photos.width * zoom;
    Object.assign(image.style, {
      width: `${width}px`,
      height: `${PHOTO_PX}px`,
      backgroundImage: `url(${photos.source})`,
      backgroundSize: `${photos.columns * width}px ${photos.rows * PHOTO_PX}px`,
      backgroundPosition: `${-tile.left * width}px ${-tile.top * PHOTO_PX}px`,
    });
    text.textContent = plainText(String(point.text ?? point.data.name ?? ""));
    card.hidden = false;
    // beside the point, on the side with more room
    const x = point.xaxis.c2p(point.x) + point.xaxis._offset;
    const y = point.yaxis.c2p(point.y) + point.yaxis._offset;
    const left = x > stage.clientWidth / 2 ? x - PHOTO_GAP_PX - card.offsetWidth : x + PHOTO_GAP_PX;
    card.style.left = `${clamp(left, 0, Math.max(0, stage.clientWidth - card.offsetWidth))}px`;
    card.style.top = `${clamp(y - card.offsetHeight / 2, 0, Math.max(0, stage.clientHeight - card.offsetHeight))}px`;
  };
  // plotly.js adds its events with the first drawing
  let listening = false;
  return {
    listen() {
      if (listening || !sheet()) return;
      listening = true;
      plot.on("plotly_hover", ({ points }) => show(points[0]));
      plot.on("plotly_unhover", hide);
    },
    hide,
  };
}
