/** Line icons on a 16-unit grid; a word always stands beside them or in the button's label. */
const PATHS = {
  pause: 'M5 3v10M11 3v10',
  run: 'M4.5 2.5v11l9-5.5z',
  step: 'M3.5 3v10l7-5zM13 3v10',
  reset: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  files: 'M2 4.5v8.5h12V5.5H8L6.5 3H2z',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
  add: 'M8 3v10M3 8h10',
  beside: 'M2 3h12v10H2zM8 3v10',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  unchecked: 'M8 1.5l5.5 2v4c0 3.4-2.4 5.6-5.5 7-3.1-1.4-5.5-3.6-5.5-7v-4z',
  consistent:
    'M8 1.5l5.5 2v4c0 3.4-2.4 5.6-5.5 7-3.1-1.4-5.5-3.6-5.5-7v-4zM5.5 7.8l1.9 1.9 3.3-3.7',
  broken:
    'M8 1.5l5.5 2v4c0 3.4-2.4 5.6-5.5 7-3.1-1.4-5.5-3.6-5.5-7v-4zM6.2 6l3.6 3.8M9.8 6L6.2 9.8',
  hangUp: 'M2 3h12v10H2zM5.8 6l4.4 4M10.2 6l-4.4 4',
  speech: 'M2 3h12v8H7l-3 2.5V11H2z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
