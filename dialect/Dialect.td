// The dsa dialect itself: its name, its enums, and the operand types that all op families share.
#ifndef DSA_DIALECT_TD
#define DSA_DIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/Interfaces.td"

def Dsa_Dialect : Dialect {
  let name = "dsa";
  let cppNamespace = "::dsa";
  let summary = "DeepSeek-style sparse attention: indexer, selection, attention, experts, training";
  let description = [{
    A graph of pure operations on statically shaped tensors that reads like the paper. Parameters, optimizer state
    and inputs are function arguments with `dsa.role` and `dsa.name`; a result that replaces an argument carries
    `dsa.updates = <argument number>`.

    Attributes of a function (names are in `dialect/Dialect.h`):
    * (C1) `dsa.name`, of an argument or a result, is a string that is not empty.
    * (C2) no two arguments have one name.
    * (C3) `dsa.role`, of an argument, is input, parameter, state, seed, step or learning_rate.
    * (C4) a seed and a step are tensor<i64>, a learning_rate is a scalar float tensor.
    * (C5) `dsa.updates`, of a result, is the number of an argument, an i64.
    * (C6) a result has the type of the argument that it updates.
    * (C7) no two results update one argument.
    * (C8) `dsa.minimize`, of a result, is an f64 weight, and the result is a scalar float tensor.
    * (C9) `dsa.train`, of the function, is a dictionary.
    * (C10) `dsa.group`, of an argument or a result, is a string that is not empty.
    * (C11) an argument with a group is a parameter or a step, a result with a group is minimised.
    Of an op:
    * (C12) `dsa.fused`, the number of the kernel that it shares with others, is an i64 >= 0.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

def DSA_RopeInterleaved : I32EnumAttrCase<"Interleaved", 0, "interleaved">;
def DSA_RopeHalf : I32EnumAttrCase<"Half", 1, "half">;
def DSA_RopePairing : I32EnumAttr<"RopePairing", "which columns rotate together", [DSA_RopeInterleaved, DSA_RopeHalf]> {
  let cppNamespace = "::dsa";
  let genSpecializedAttr = 0;
}
def DSA_RopePairingAttr : EnumAttr<Dsa_Dialect, DSA_RopePairing, "rope_pairing"> {
  let assemblyFormat = "$value";
}

def DSA_LatentExpanded : I32EnumAttrCase<"Expanded", 0, "expanded">;
def DSA_LatentAbsorbed : I32EnumAttrCase<"Absorbed", 1, "absorbed">;
def DSA_LatentForm : I32EnumAttr<"LatentForm", "where the up projection of latent attention is applied",
    [DSA_LatentExpanded, DSA_LatentAbsorbed]> {
  let cppNamespace = "::dsa";
  let genSpecializedAttr = 0;
}
def DSA_LatentFormAttr : EnumAttr<Dsa_Dialect, DSA_LatentForm, "latent_form"> {
  let assemblyFormat = "$value";
}

class DSA_Op<string mnemonic, list<Trait> traits = []> : Op<Dsa_Dialect, mnemonic, !listconcat([Pure,
    DeclareOpInterfaceMethods<DSA_CostInterface>, DeclareOpInterfaceMethods<DSA_TokenFlowInterface>], traits)> {
  let hasVerifier = 1;
}

// An op whose result types follow from operands and attributes.
class DSA_InferredOp<string mnemonic, list<Trait> traits = []>
    : DSA_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)>;

def DSA_Differentiable : DeclareOpInterfaceMethods<DSA_DifferentiableInterface>;

// Statically shaped tensors; the number is the rank.
class DSA_FloatTensor<list<int> ranks> : ConfinedType<
    AnyTypeOf<[TensorRankOf<[F64, F32, BF16, F16], ranks>]>, [HasStaticShapePred],
    "statically shaped float tensor of rank " # !interleave(ranks, " or "), "::mlir::RankedTensorType">;
class DSA_IndexTensor<list<int> ranks> : ConfinedType<
    AnyTypeOf<[TensorRankOf<[I32], ranks>]>, [HasStaticShapePred],
    "statically shaped i32 tensor of rank " # !interleave(ranks, " or "), "::mlir::RankedTensorType">;
def DSA_AnyFloatTensor : ConfinedType<AnyTypeOf<[RankedTensorOf<[F64, F32, BF16, F16]>]>, [HasStaticShapePred],
    "statically shaped float tensor", "::mlir::RankedTensorType">;
def DSA_FloatRows : ConfinedType<DSA_AnyFloatTensor,
    [CPred<"::llvm::cast<::mlir::ShapedType>($_self).getRank() >= 1">],
    "statically shaped float tensor of rank at least 1", "::mlir::RankedTensorType">;
def DSA_AnyIndexTensor : ConfinedType<AnyTypeOf<[RankedTensorOf<[I32]>]>, [HasStaticShapePred],
    "statically shaped i32 tensor", "::mlir::RankedTensorType">;
def DSA_AnyTensor : ConfinedType<AnyTypeOf<[RankedTensorOf<[F64, F32, BF16, F16, I64, I32, I1]>]>, [HasStaticShapePred],
    "statically shaped tensor", "::mlir::RankedTensorType">;
def DSA_Scalar : DSA_FloatTensor<[0]>;
def DSA_IntScalar : ConfinedType<AnyTypeOf<[TensorRankOf<[I64], [0]>]>, [HasStaticShapePred], "tensor<i64>",
    "::mlir::RankedTensorType">;
// (seed low, seed high, step, stream): the key of one counter-based random stream.
def DSA_RandomKey : ConfinedType<AnyTypeOf<[TensorRankOf<[I32], [1]>]>,
    [HasStaticShapePred, CPred<"::llvm::cast<::mlir::ShapedType>($_self).getNumElements() == 4">], "tensor<4xi32>",
    "::mlir::RankedTensorType">;
def DSA_OffsetScalar : DSA_IndexTensor<[0]>;

// What every attention op has besides its tensors.
defvar DSA_AttentionContext = (ins Optional<DSA_RandomKey>:$key, Optional<DSA_OffsetScalar>:$query_offset,
    Optional<DSA_IndexTensor<[2]>>:$query_segments, Optional<DSA_IndexTensor<[2]>>:$key_segments);
defvar DSA_AttentionAttrs = (ins UnitAttr:$causal, F64Attr:$scale, DefaultValuedAttr<F64Attr, "0.0">:$dropout);

#endif // DSA_DIALECT_TD
