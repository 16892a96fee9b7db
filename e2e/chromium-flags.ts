/**
 * How the tests start Chromium, on either host: nothing of a browser but its pages. Its own parts that are pages as well
 * (the list under the address bar) cost every window a second of work.
 */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-component-extensions-with-background-pages',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-sync',
  '--disable-gpu',
  '--force-color-profile=srgb',
  `--disable-features=${[
    ...['WebUIOmniboxPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess'],
    // Of these Playwright's own list would be lost: the last of two counts.
    ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'MediaRouter'],
    ...['OptimizationHints', 'PaintHolding', 'PreconnectToSearch', 'ThirdPartyStoragePartitioning'],
  ].join(',')}`,
];
