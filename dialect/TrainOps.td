// Training ops: global-norm clipping and the optimizer step.
#ifndef DSA_TRAIN_OPS_TD
#define DSA_TRAIN_OPS_TD

include "dialect/Dialect.td"

def DSA_ClipByGlobalNormOp : DSA_InferredOp<"clip_by_global_norm"> {
  let summary = "factor min(1, max_norm / norm) and the norm of all gradients together";
  let arguments = (ins Variadic<DSA_AnyFloatTensor>:$grads, F64Attr:$max_norm);
  let results = (outs DSA_Scalar:$factor, DSA_Scalar:$norm);
  let assemblyFormat = "$grads attr-dict `:` functional-type(operands, results)";
}

def DSA_AdamStepOp : DSA_InferredOp<"adam_step"> {
  let summary = "one Adam or (decoupled) AdamW update: parameter, first and second moment";
  let arguments = (ins DSA_AnyFloatTensor:$parameter, DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$first_moment,
      DSA_AnyFloatTensor:$second_moment, DSA_Scalar:$learning_rate, DSA_IntScalar:$step, Optional<DSA_Scalar>:$grad_factor,
      DefaultValuedAttr<F64Attr, "0.9">:$beta1, DefaultValuedAttr<F64Attr, "0.999">:$beta2,
      DefaultValuedAttr<F64Attr, "1e-8">:$eps, DefaultValuedAttr<F64Attr, "0.0">:$weight_decay, UnitAttr:$decoupled);
  let results = (outs DSA_AnyFloatTensor:$new_parameter, DSA_AnyFloatTensor:$new_first_moment,
      DSA_AnyFloatTensor:$new_second_moment);
  let assemblyFormat = [{
    $parameter `,` $grad `,` $first_moment `,` $second_moment `,` $learning_rate `,` $step
    (`factor` `(` $grad_factor^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // DSA_TRAIN_OPS_TD
