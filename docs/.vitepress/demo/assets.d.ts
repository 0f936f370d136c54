/** Files that the site's bundler publishes; the import gives their address. */
declare module '*?url' {
  const address: string;
  export default address;
}
