// The newest readable checkpoint of a run is found, and old ones go.
#include "experiments/RunCheckpoints.h"

#include "test/runtime/TemporaryFolder.h"

#include <limits>

using namespace dsa;

namespace {

class RunCheckpointsTest : public testing::Test {
protected:
  RunCheckpointsTest() : checkpoints(folder.file("run"), 2) {
    run.arm = "classic";
    run.length = 64;
    run.selected = 32;
    run.seed = 42;
    run.parameters = 17832192;
    run.compileSeconds = 1. / 3;
    run.log.evaluations = {{1, {62, 1. / 3, .3}, {31, .1, .4}, {31, .2, .2}, {}}};
    run.log.evaluations[0].indexer = {1. / 3, .5, .25, 4, 0, 2. / 3};
    model.tensors["w"] = Tensor::fromDoubles(DType::F32, {2}, {1, 2});
  }

  /// Another step, saved.
  void step() {
    run.log.losses.push_back(1. / static_cast<double>(run.log.losses.size() + 3));
    run.log.seconds.push_back(.25);
    model.steps = model.batches = run.log.updates();
    ASSERT_FALSE(bool(checkpoints.save(model, run)));
  }

  std::optional<SavedRun> newest() {
    warnings.clear();
    llvm::raw_string_ostream out(warnings);
    return checkpoints.newest(out);
  }

  TemporaryFolder folder;
  RunCheckpoints checkpoints;
  RunRecord run;
  Checkpoint model;
  std::string warnings;
};

TEST_F(RunCheckpointsTest, AFolderWithoutAnyHasNone) {
  EXPECT_FALSE(newest().has_value());
  EXPECT_EQ(warnings, "");
}

TEST_F(RunCheckpointsTest, TheRunComesBackAsItWas) {
  step();
  run.log.indexerLosses = {.5, 1. / 7};
  step();
  std::optional<SavedRun> saved = newest();
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->model.notes.at("data_position"), "4");
  EXPECT_EQ(toJsonLines(saved->run), toJsonLines(run));
  EXPECT_EQ(llvm::json::Value(toJson(saved->run)), llvm::json::Value(toJson(run)));
}

TEST_F(RunCheckpointsTest, TheNewestFewAreKept) {
  for (int i = 0; i < 12; ++i)
    step();
  std::vector<std::string> paths = checkpoints.paths();
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(updatesOf(paths[0]), 11);
  EXPECT_EQ(updatesOf(paths[1]), 12);
}

TEST_F(RunCheckpointsTest, ADamagedOneFallsBackToTheOneBefore) {
  step();
  step();
  std::string last = checkpoints.paths().back(), whole = readText(last);
  writeText(last, llvm::StringRef(whole).drop_back(3));
  std::optional<SavedRun> saved = newest();
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->model.steps, 1);
  EXPECT_EQ(llvm::StringRef(warnings).count('\n'), 1u);
  EXPECT_NE(warnings.find("warning: checkpoint skipped"), std::string::npos);
  EXPECT_NE(warnings.find(last), std::string::npos);
}

TEST_F(RunCheckpointsTest, ValuesThatAreNotFiniteAreNotSaved) {
  step();
  model.tensors["w"].set(1, std::numeric_limits<double>::infinity());
  step();
  ASSERT_EQ(checkpoints.paths().size(), 1u);
  EXPECT_EQ(updatesOf(checkpoints.paths().front()), 1);
}

TEST_F(RunCheckpointsTest, OtherFilesAreLeftAlone) {
  step();
  writeText(folder.file("run/step-x.safetensors"), "mine");
  for (int i = 0; i < 4; ++i)
    step();
  EXPECT_EQ(checkpoints.paths().size(), 2u);
  EXPECT_EQ(readText(folder.file("run/step-x.safetensors")), "mine");
}

} // namespace
