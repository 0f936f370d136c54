/** A picture without anybody in it, drawn here. */

const WIDTH = 960;
const HEIGHT = 640;

type Polygon = readonly (readonly [x: number, y: number])[];

function fill(context: CanvasRenderingContext2D, colour: string, points: Polygon): void {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.fill();
}

/** Hills, a hut, and slalom poles. */
export function drawScene(canvas: HTMLCanvasElement): void {
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d')!;
  const sky = context.createLinearGradient(0, 0, 0, HEIGHT);
  sky.addColorStop(0, '#4f8fc4');
  sky.addColorStop(1, '#dcecf5');
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const mountain: Polygon = [
    [0, 420],
    [190, 170],
    [330, 330],
    [520, 90],
    [760, 360],
    [870, 250],
    [960, 380],
    [960, 640],
    [0, 640],
  ];
  fill(context, '#7d8fa3', mountain);
  fill(context, '#f7fafc', [
    [520, 90],
    [600, 180],
    [560, 170],
    [520, 215],
    [480, 165],
    [450, 180],
  ]);
  fill(context, '#f7fafc', [
    [190, 170],
    [240, 228],
    [205, 222],
    [180, 250],
    [148, 226],
  ]);
  fill(context, '#f2f6fa', [
    [0, 470],
    [260, 400],
    [620, 450],
    [960, 390],
    [960, 640],
    [0, 640],
  ]);
  fill(context, '#7a4b2b', [
    [700, 380],
    [830, 380],
    [830, 470],
    [700, 470],
  ]);
  fill(context, '#4a2c1a', [
    [680, 385],
    [765, 310],
    [850, 385],
  ]);
  fill(context, '#f6d58b', [
    [725, 400],
    [760, 400],
    [760, 430],
    [725, 430],
  ]);
  for (let gate = 0; gate < 5; gate++) {
    const x = 180 + gate * 90 + (gate % 2) * 60;
    const y = 440 + gate * 32;
    context.fillStyle = gate % 2 === 0 ? '#c1272d' : '#1f5aa6';
    context.fillRect(x, y, 6 + gate, 60 + gate * 14);
    context.fillRect(x + 70 + gate * 8, y, 6 + gate, 60 + gate * 14);
  }
}
