/* The compiler: the real source, compiled by g++ as C++ with a small prologue and a loop for each kernel. */
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>
#include <vector>

#include "emulator.h"

extern "C" const char kernel_prologue[];

namespace emulator {
struct Program {
  std::string source, log, image;
};

enum { INVALID_OPTION = 5, COMPILATION = 6, INVALID_INPUT = 3 };

EXPORT const char *nvrtcGetErrorString(int status) {
  return status == COMPILATION ? "NVRTC_ERROR_COMPILATION" : status == INVALID_OPTION ? "NVRTC_ERROR_INVALID_OPTION" : "NVRTC_ERROR";
}

EXPORT int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 0;
  return 0;
}

EXPORT int nvrtcGetNumSupportedArchs(int *out) {
  *out = 3;
  return enter("nvrtcGetNumSupportedArchs");
}

EXPORT int nvrtcGetSupportedArchs(int *out) {
  out[0] = 75, out[1] = 80, out[2] = 90;
  return enter("nvrtcGetSupportedArchs");
}

EXPORT int nvrtcCreateProgram(Program **out, const char *source, const char *, int headers, const char **, const char **) {
  int status = enter("nvrtcCreateProgram");
  if (status != 0) return status;
  if (headers != 0) return INVALID_INPUT;
  *out = new Program{source, "", ""};
  live("programs", 1);
  return 0;
}

EXPORT int nvrtcDestroyProgram(Program **program) {
  delete *program;
  *program = nullptr;
  live("programs", -1);
  return 0;
}

static std::string read(const std::string &path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/* Runs every thread of every block, one after the other. */
static std::string loops(const std::string &source) {
  static const std::regex kernel("__global__ void (\\w+)\\(const (\\w+) a\\)");
  std::string text;
  for (auto at = std::sregex_iterator(source.begin(), source.end(), kernel); at != std::sregex_iterator(); ++at) {
    std::string name = (*at)[1], type = (*at)[2];
    text += "extern \"C\" unsigned bytes_" + name + " = sizeof(" + type + ");\n";
    text += "extern \"C\" void run_" + name + "(const void *argument, unsigned blocks, unsigned threads) {\n";
    text += "  blockDim.x = threads; gridDim.x = blocks;\n  const " + type + " &a = *(const " + type + " *) argument;\n";
    text += "  for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)\n";
    text += "    for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) " + name + "(a);\n}\n";
  }
  return text;
}

EXPORT int nvrtcCompileProgram(Program *program, int count, const char **options) {
  int status = enter("nvrtcCompileProgram");
  if (status != 0) return status;
  for (int i = 0; i < count; i++)
    if (strcmp(options[i], "--gpu-architecture=sm_90") != 0 && strcmp(options[i], "--gpu-architecture=compute_90") != 0 &&
         strcmp(options[i], "--std=c++14") != 0) return INVALID_OPTION;
  const char *folder = getenv("SLALOM_EMULATOR_FOLDER");
  std::string base = std::string(folder == nullptr ? "/tmp" : folder) + "/kernels-XXXXXX";
  int file = mkstemp(&base[0]);
  if (file < 0) return COMPILATION;
  close(file);
  std::ofstream(base + ".cpp") << kernel_prologue << program->source << loops(program->source);
  /* A trap at an unaligned vector, an overflow or a bad shift: there they would be wrong answers. */
  std::string command = "g++ -std=c++14 -O1 -w -fPIC -shared -fno-strict-aliasing"
                        " -fsanitize=alignment,signed-integer-overflow,shift,bounds,integer-divide-by-zero"
                        " -fsanitize-undefined-trap-on-error -o " +
                        base + ".so " + base + ".cpp 2> " + base + ".log";
  int code = system(command.c_str());
  program->log = read(base + ".log");
  program->image = "EMULATED:" + base + ".so";
  return code == 0 ? 0 : COMPILATION;
}

static int give(const std::string &text, char *out) {
  memcpy(out, text.c_str(), text.size() + 1);
  return 0;
}

EXPORT int nvrtcGetProgramLogSize(Program *program, size_t *out) {
  *out = program->log.size() + 1;
  return 0;
}
EXPORT int nvrtcGetProgramLog(Program *program, char *out) { return give(program->log, out); }
EXPORT int nvrtcGetPTXSize(Program *program, size_t *out) {
  *out = program->image.size() + 1;
  return 0;
}
EXPORT int nvrtcGetPTX(Program *program, char *out) { return give(program->image, out); }
EXPORT int nvrtcGetCUBINSize(Program *program, size_t *out) {
  *out = program->image.size() + 1;
  return enter("nvrtcGetCUBINSize");
}
EXPORT int nvrtcGetCUBIN(Program *program, char *out) {
  int status = enter("nvrtcGetCUBIN");
  return status != 0 ? status : give(program->image, out);
}
}  // namespace emulator
