export type ThemeName = 'light' | 'dark';

const KEY = 'pagewalk-theme';

/** Light or dark: as the system has it, until the user chooses otherwise. */
export class Theme {
  onChange: (name: ThemeName) => void = () => {};
  private chosen: ThemeName | undefined = stored();
  private readonly system = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.apply();
    this.system.addEventListener('change', () => this.apply());
  }

  get current(): ThemeName {
    return this.chosen ?? (this.system.matches ? 'dark' : 'light');
  }

  toggle(): void {
    this.chosen = this.current === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, this.chosen);
    } catch {
      // No storage in this frame: the choice lasts as long as the page.
    }
    this.apply();
  }

  private apply(): void {
    document.documentElement.dataset.theme = this.current;
    this.onChange(this.current);
  }
}

function stored(): ThemeName | undefined {
  try {
    const name = localStorage.getItem(KEY);
    return name === 'light' || name === 'dark' ? name : undefined;
  } catch {
    return undefined;
  }
}
