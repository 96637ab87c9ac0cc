import { describe, expect, it } from 'vitest';
import { html } from './html.ts';

describe('html', () => {
  it('takes text as text, and HTML as HTML', () => {
    const name = '<img src=x onerror="alert(1)">&';
    expect(html`<p title="${name}">${html`<b>${name}</b>`}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;"><b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;</b></p>',
    );
  });

  it('joins lists and leaves out what is not there', () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}${null}${false}${0}</ul>`.text).toBe(
      '<ul><li>1</li><li>2</li>0</ul>',
    );
  });
});
