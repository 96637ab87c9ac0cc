/** Draws people and cyclists: round limbs as thick lines, bodies as hulls, each with a lit and a shaded side. */
import type { Piece } from '../models/figure.ts';
import type { Material, Rgb } from '../models/mesh.ts';
import type { ProjectedFigure, ProjectedPiece } from '../project.ts';
import { type Local, type Moment, shadeFace } from './shade.ts';
import type { Context2D } from './surface.ts';
import { tracePolygon } from './vehicles.ts';

export function drawFigure(ctx: Context2D, projected: ProjectedFigure, moment: Moment, local: Local): void {
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  for (const piece of projected.pieces) drawPiece(ctx, piece, moment, local);
}

/** The mean of a round thing's lit and shaded side. */
const shadeRound = (colour: Rgb, moment: Moment, local: Local): string => {
  const material: Material = { colour, finish: 'matte' };
  // A normal half way between camera and sky.
  return shadeFace(material, local.eyeX * 0.8, local.eyeY * 0.8, 0.35, moment, local);
};

function drawPiece(ctx: Context2D, { piece, points, scale }: ProjectedPiece, moment: Moment, local: Local): void {
  // Hands and shoes of someone far away are less than a pixel.
  if (piece.kind !== 'hull' && piece.kind !== 'ring' && piece.radius < 0.05 && piece.radius * scale < 0.6) return;
  const colour = shadeRound(piece.colour, moment, local);
  switch (piece.kind) {
    case 'limb':
      ctx.strokeStyle = colour;
      ctx.lineWidth = Math.max(0.6, 2 * piece.radius * scale);
      ctx.beginPath();
      ctx.moveTo(points[0], points[1]);
      ctx.lineTo(points[2], points[3]);
      ctx.stroke();
      return;
    case 'ball':
      ctx.fillStyle = colour;
      ctx.beginPath();
      ctx.arc(points[0], points[1], piece.radius * scale, 0, 7);
      ctx.fill();
      return;
    case 'hull':
      drawHull(ctx, piece, points, moment, local, colour);
      return;
    case 'ring':
      ctx.strokeStyle = colour;
      ctx.lineWidth = Math.max(0.7, piece.width * scale);
      if (tracePolygon(ctx, points)) ctx.stroke();
      return;
    default:
      piece satisfies never;
  }
}

/** A body, with the side away from the sun a little darker. */
function drawHull(
  ctx: Context2D,
  piece: Extract<Piece, { kind: 'hull' }>,
  points: Float64Array,
  moment: Moment,
  local: Local,
  colour: string,
): void {
  if (!tracePolygon(ctx, points)) return;
  ctx.fillStyle = colour;
  ctx.fill();
  let [low, high, left, right] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    low = Math.max(low, points[i + 1]);
    high = Math.min(high, points[i + 1]);
  }
  if (right - left < 4) return;
  const material: Material = { colour: piece.colour, finish: 'matte' };
  // The picture's right, in the figure's axes, is a quarter turn from the eye.
  const turn = -local.eyeY * local.sunX + local.eyeX * local.sunY;
  const sunOnRight = turn > 0;
  ctx.fillStyle = shadeFace(
    material,
    local.eyeY * (sunOnRight ? 1 : -1),
    -local.eyeX * (sunOnRight ? 1 : -1),
    0,
    moment,
    { ...local, sun: local.sun * 0.2 },
  );
  ctx.globalAlpha = 0.5;
  const middle = (left + right) / 2 + (right - left) * 0.12 * (sunOnRight ? -1 : 1);
  const far = sunOnRight ? left : right;
  ctx.save();
  ctx.clip();
  ctx.fillRect(Math.min(middle, far), high, Math.abs(far - middle), low - high);
  ctx.restore();
  ctx.globalAlpha = 1;
}
