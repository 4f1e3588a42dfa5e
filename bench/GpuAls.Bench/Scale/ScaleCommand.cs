using System.CommandLine;

namespace GpuAls.Bench.Scale;

/// <summary>bench scale: how the time of an iteration on the processor grows with threads, plays and rank.</summary>
internal static class ScaleCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "a small shape, one iteration: shows that everything works; its times say nothing" };
        var command = new Command("scale", "Verifies and times iterations on the processor by number of threads, of plays, and rank.") { quick };
        command.SetAction(result => new ScaleRun(result.GetValue(quick) ? ScalePlan.Quick : ScalePlan.Full, Console.Out).Run() ? 0 : 1);
        return command;
    }
}
