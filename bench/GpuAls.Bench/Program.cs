using GpuAls;
using System.CommandLine;
using GpuAls.Bench.Convergence;
using GpuAls.Bench.Databases;
using GpuAls.Bench.Host;
using GpuAls.Bench.Kernels;
using GpuAls.Bench.Load;
#if MICRO
using GpuAls.Bench.Micro;
#endif
using GpuAls.Bench.OnGpu;
using GpuAls.Bench.Quality;
using GpuAls.Bench.Roofline;
#if S3
using GpuAls.Bench.S3;
#endif
using GpuAls.Bench.Scale;
using GpuAls.Bench.Scaling;
using GpuAls.Bench.TopK;
using GpuAls.Bench.Tuning;

var root = new RootCommand("Verifies, then measures gpuals.");
root.Add(ConvergenceCommand.Create());
root.Add(ConvergencePlot.Create());
root.Add(DatabaseCommand.Create());
root.Add(FoldInCommand.Create());
root.Add(ModelLoadCommand.Create());
root.Add(HighRankCommand.Create());
root.Add(HostCommand.Create());
root.Add(KernelsCommand.Create());
root.Add(LoadCommand.Create());
#if MICRO
root.Add(MicroCommand.Create());
#endif
root.Add(QualityCommand.Create());
root.Add(RooflineCommand.Create());
#if S3
root.Add(S3Command.Create());
#endif
root.Add(ScaleCommand.Create());
root.Add(ScalingCommand.Create());
root.Add(RowsCommand.Create());
root.Add(RulesCommand.Create());
root.Add(TopKCommand.Create());
root.Add(TuningCommand.Create());
root.Add(OnGpuCommand.Create());
var parsed = root.Parse(args);
var exitCode = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? (int)FailureKind.Usage : exitCode;
