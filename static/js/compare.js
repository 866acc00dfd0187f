// The divider between two pictures. It is a slider of the browser's own, so that keys and fingers already work.
customElements.define('compare-slider', class extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input');
    const move = () => {
      this.style.setProperty('--cut', `${input.value}%`);
      input.ariaValueText = `${input.value}% ${input.dataset.left}, ${100 - input.value}% ${input.dataset.right}`;
    };
    input.addEventListener('input', move);
    move(); // a browser may remember where it stood
  }
});
