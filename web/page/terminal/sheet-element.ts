/**
 * Stands for the <style> elements that xterm.js makes: text put into it becomes a constructed style
 * sheet of the document, which a Content-Security-Policy without 'unsafe-inline' allows.
 * scripts/build-web.js makes xterm.js use it.
 */
class SheetElement extends HTMLElement {
  private readonly rules = new CSSStyleSheet();

  override get textContent(): string {
    return '';
  }

  override set textContent(text: string) {
    this.rules.replaceSync(text);
  }

  connectedCallback(): void {
    document.adoptedStyleSheets.push(this.rules);
  }

  disconnectedCallback(): void {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== this.rules);
  }
}

/** Call before the first terminal is made. */
export function defineSheetElement(): void {
  customElements.define('pagewalk-sheet', SheetElement);
}
