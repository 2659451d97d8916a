// Running a program of hand-written kernels: buffers, phases, updates in place, bad arguments,
// status words.
#include "runtime/KernelExecutable.h"
#include "runtime/Profile.h"

#include "gtest/gtest.h"
#include <cstring>

using namespace dsa;

namespace {
using Kind = BufferRef::Kind;

TensorSpec spec(std::string name, std::vector<int64_t> shape, int64_t updates = -1) {
  return {std::move(name), "input", DType::F32, std::move(shape), updates};
}

/// out[i] = a[i] + b[i]
void add(void *const *buffers, char *, char *, int64_t *, int64_t begin, int64_t end) {
  auto *a = static_cast<float *>(buffers[0]), *b = static_cast<float *>(buffers[1]);
  for (int64_t i = begin; i < end; ++i)
    static_cast<float *>(buffers[2])[i] = a[i] + b[i];
}

/// workspace[i] = a[i]^2, then out[i] = workspace[n - 1 - i] for n = 64
void square(void *const *buffers, char *workspace, char *scratch, int64_t *, int64_t begin,
            int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    float *mine = reinterpret_cast<float *>(scratch);
    *mine = static_cast<float *>(buffers[0])[i];
    reinterpret_cast<float *>(workspace)[i] = *mine * *mine;
  }
}
void reverse(void *const *buffers, char *workspace, char *, int64_t *, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    static_cast<float *>(buffers[1])[i] = reinterpret_cast<float *>(workspace)[63 - i];
}

/// Fails at every item from 7 on, as not a number.
void failing(void *const *, char *, char *, int64_t *status, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    if (i >= 7 && status[0] == 0) {
      status[0] = static_cast<int64_t>(Failure::NotANumber);
      status[1] = i;
    }
}

/// y = reversed square of (x + c), and s := s + x in place.
KernelProgram twoLaunches() {
  KernelProgram program;
  program.arguments = {spec("x", {64}), spec("s", {64})};
  program.results = {spec("y", {64}), spec("s", {64}, 1), spec("same", {64})};
  program.constants = {Tensor::fromDoubles(DType::F32, {64}, std::vector<double>(64, 0.5))};
  program.launches = {{"add",
                       {{add, 64}},
                       {{Kind::Argument, 0}, {Kind::Constant, 0}, {Kind::Arena, 128}},
                       0,
                       0,
                       64,
                       768},
                      {"square",
                       {{square, 64}, {reverse, 64}},
                       {{Kind::Arena, 128}, {Kind::Result, 0}},
                       256,
                       4,
                       64,
                       512},
                      {"update",
                       {{add, 64}},
                       {{Kind::Argument, 0}, {Kind::Argument, 1}, {Kind::Result, 1}},
                       0,
                       0,
                       64,
                       768}};
  program.copies = {{{Kind::Argument, 0}, 2}};
  program.arenaBytes = 384;
  return program;
}

std::vector<Tensor> inputs() {
  Tensor x(DType::F32, {64}), s(DType::F32, {64});
  for (int i = 0; i < 64; ++i)
    x.set(i, i), s.set(i, 100);
  return {x, s};
}

std::string failure(Executable &executable, llvm::ArrayRef<Tensor> arguments) {
  llvm::SmallVector<Tensor> results;
  return llvm::toString(executable.run(arguments, results, {}));
}
} // namespace

TEST(KernelExecutable, RunsLaunchesInOrderOnAnyPool) {
  KernelExecutable executable(twoLaunches());
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    Profile profile;
    std::vector<Tensor> arguments = inputs();
    llvm::SmallVector<Tensor> results;
    ASSERT_FALSE(llvm::errorToBool(executable.run(arguments, results, {&pool, &profile})));
    ASSERT_EQ(results.size(), 3u);
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(results[0].at(i), (63 - i + 0.5) * (63 - i + 0.5));
      EXPECT_EQ(results[1].at(i), 100 + i);
      EXPECT_EQ(results[2].at(i), i);
    }
    EXPECT_TRUE(results[1].aliases(arguments[1]));
    EXPECT_FALSE(results[2].aliases(arguments[0]));
    ASSERT_EQ(profile.entries().size(), 3u);
    EXPECT_EQ(profile.entries()[1].name, "square");
    EXPECT_EQ(profile.entries()[1].bytes, 512);
  }
}

TEST(KernelExecutable, ReusesResultsThatNobodyElseHolds) {
  KernelExecutable executable(twoLaunches());
  std::vector<Tensor> arguments = inputs();
  llvm::SmallVector<Tensor> results;
  ASSERT_FALSE(llvm::errorToBool(executable.run(arguments, results, {})));
  void *first = results[0].data();
  ASSERT_FALSE(llvm::errorToBool(executable.run(arguments, results, {})));
  EXPECT_EQ(results[0].data(), first);
  Tensor kept = results[0];
  ASSERT_FALSE(llvm::errorToBool(executable.run(arguments, results, {})));
  EXPECT_NE(results[0].data(), first);
}

TEST(KernelExecutable, NamesTheArgumentThatDoesNotFit) {
  KernelExecutable executable(twoLaunches());
  std::vector<Tensor> good = inputs();
  EXPECT_EQ(failure(executable, {good[0]}), "expected 2 arguments, got 1");
  EXPECT_EQ(failure(executable, {good[0], Tensor()}),
            "argument 1 's': expected f32[64], got no tensor");
  EXPECT_EQ(failure(executable, {Tensor(DType::F32, {8, 8}), good[1]}),
            "argument 0 'x': expected f32[64], got f32[8x8]");
  EXPECT_EQ(failure(executable, {good[0], Tensor(DType::I32, {64})}),
            "argument 1 's': expected f32[64], got i32[64]");
  EXPECT_EQ(failure(executable, {good[0], good[0]}),
            "argument 0 'x': expected a buffer of its own, got that of 's', which is updated");
}

TEST(KernelExecutable, ReportsTheFirstFailingRowWhateverTheSplit) {
  KernelProgram program;
  program.launches = {{"top_k", {{failing, 1000}, {failing, 1}}, {}, 0, 0, 0, 0}};
  KernelExecutable executable(std::move(program));
  for (int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    for (int repeat = 0; repeat < 20; ++repeat) {
      llvm::SmallVector<Tensor> results;
      EXPECT_EQ(llvm::toString(executable.run({}, results, {&pool, nullptr})),
                "top_k, row 7: expected numbers, got NaN (status 2)");
    }
  }
}

TEST(KernelExecutable, FindsSpecsByName) {
  KernelExecutable executable(twoLaunches());
  EXPECT_EQ(executable.findArgument("s"), 1);
  EXPECT_EQ(executable.findResult("same"), 2);
  EXPECT_EQ(executable.findArgument("y"), -1);
}

TEST(Profile, PrintsTheLongestFirst) {
  Profile profile;
  profile.record("short", 0.001, 1000, 10);
  profile.record("long", 0.002, 4000000, 2000000);
  profile.record("short", 0.0005, 1000, 10);
  std::string text;
  llvm::raw_string_ostream os(text);
  profile.print(os);
  EXPECT_LT(text.find("long"), text.find("short"));
  EXPECT_EQ(profile.entries()[0].launches, 2);
  EXPECT_DOUBLE_EQ(profile.totalSeconds(), 0.0035);
}
