using System.CommandLine;
using GpuAls.App;
using Spectre.Console;

namespace GpuAls.Bench.Quality;

/// <summary>bench quality: trains on a published split and compares the metrics with published ones.</summary>
internal static class QualityCommand
{
    public static Command Create()
    {
        var set = new Argument<string>("set") { Description = "the data set" };
        set.AcceptOnlyFromAmong([.. PublishedSet.All.Select(one => one.Name)]);
        var data = DataSet.FolderOption("folder with the data set's files");
        var device = new Option<string>("--device")
        {
            Description = "device to train and make lists on: auto, cpu, cuda or opencl",
            DefaultValueFactory = _ => "cpu",
            HelpName = "DEVICE",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "number of trainings, with seeds 1, 2, …",
            DefaultValueFactory = _ => 5,
            HelpName = "N",
        };
        var command = new Command(
            "quality", "Trains on a published split and compares the metrics with published ones.")
        {
            set,
            data,
            device,
            seeds,
        };
        command.SetAction((result, cancellation) =>
            DataSet.InFolderAsync(folder => RunAsync(
                PublishedSet.All.Single(one => one.Name == result.GetValue(set)), result.GetValue(data)!,
                result.GetValue(device)!, result.GetValue(seeds), folder, cancellation)));
        return command;
    }

    private static async Task RunAsync(
        PublishedSet set, string data, string device, int seeds, string folder, CancellationToken cancellation)
    {
        using var engine = EngineFactory.Create(DeviceRequest.Parse(device), out _);
        var options = Options(set, data, folder);
        var reports = new List<EvaluationReport>();
        for (var seed = 1; seed <= seeds; seed++)
            reports.Add(
                await new EvaluateJob(options with { Als = options.Als with { Seed = seed } }, engine)
                    .RunAsync(cancellation).ConfigureAwait(false));
        Print(set, reports);
    }

    private static EvaluateJobOptions Options(PublishedSet set, string data, string folder)
    {
        string Plays(string name)
        {
            var target = Path.Combine(folder, Path.ChangeExtension(name, ".csv"));
            ItemLists.Convert(Path.Combine(data, name), set.Form, target);
            return target;
        }

        return new EvaluateJobOptions
        {
            Locations = [Plays(set.Train)],
            Test = [Plays(set.Test)],
            Exclude = set.Excluded is { } excluded ? [Plays(excluded)] : [],
            Als = set.Options,
            // Held-out plays of items that are not in the training set count as misses, as in the publications.
            Evaluation = EvaluationOptions.Default with
            {
                ColdStart = ColdStart.Nan,
                Cutoffs = [.. set.Figures.Select(figure => figure.K).Order()],
                Kinds = MetricKinds.Lists,
            },
            Resamples = 0,
        };
    }

    private static void Print(PublishedSet set, List<EvaluationReport> reports)
    {
        var table = ResultTable.Create(
            ["metric"],
            ["gpuals, mean", "least", "most", "published", "difference", "most popular", "items by cosine"]);
        foreach (var figure in set.Figures)
        {
            var own = reports.ConvertAll(report => Value(report, report.Methods[0].Name, figure));
            string Baseline(string method) => ResultTable.Text(Value(reports[0], method, figure), "F4");
            table.AddRow(
                $"{figure.Metric}@{figure.K}",
                ResultTable.Text(own.Average(), "F4"),
                ResultTable.Text(own.Min(), "F4"), ResultTable.Text(own.Max(), "F4"),
                ResultTable.Text(figure.Value, "F4"), ResultTable.Text((own.Average() / figure.Value) - 1, "P1"),
                Baseline("most popular"), Baseline("items by cosine"));
        }

        var first = reports[0];
        var split = first.Splits[0];
        ResultTable.Print(
            table, Console.Out, Machine.Line,
            ResultTable.Text($"{set.Name}; {first.Device}; {split.TrainPairs:N0} plays of {split.TrainUsers:N0} users")
            + ResultTable.Text($", {first.Users:N0} users measured; {reports.Count} trainings, ")
            + ResultTable.Text($"{reports.Sum(report => report.Seconds):F1} s"));
    }

    private static double Value(EvaluationReport report, string method, PublishedFigure figure) =>
        report.Methods.First(one => one.Name == method).Metrics
            .First(value => value.Metric == new Metric(figure.Metric, figure.K)).Value;
}
