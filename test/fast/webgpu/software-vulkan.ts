/**
 * Lets Dawn find the software Vulkan driver that Debian's `chromium` ships, unless a driver was chosen already. Imported
 * before the device is opened for the first time.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';

const FOLDER = '/usr/lib/chromium';
const MANIFEST = `${FOLDER}/vk_swiftshader_icd.json`;
const LOADER = `${FOLDER}/libvulkan.so.1`;

/** glibc's RTLD_NODELETE: stay loaded although Node finds no module in it and closes it again. */
const KEEP = 0x1000;

if (process.env.VK_ICD_FILENAMES === undefined && process.env.VK_DRIVER_FILES === undefined && existsSync(MANIFEST)) {
  process.env.VK_ICD_FILENAMES = MANIFEST;
  // Dawn asks for "libvulkan.so.1", which a machine without libvulkan1 has only here, where the linker does not look;
  // a library of that name which is loaded already is taken.
  if (existsSync(LOADER)) {
    try {
      process.dlopen({ exports: {} }, LOADER, constants.dlopen.RTLD_LAZY | KEEP);
    } catch {
      // It is no module, as expected.
    }
  }
}
