using GpuAls.Formats;

namespace GpuAls.App;

/// <summary>From a saved model to a model of another system.</summary>
internal sealed record ExportJobOptions
{
    /// <summary>Directory of the model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Name of the format.</summary>
    public string Format { get; init; } = "";

    /// <summary>File or folder that is written.</summary>
    public string Output { get; init; } = "";

    /// <summary>What can be chosen of the format.</summary>
    public FormatOptions Choices { get; init; } = new();

    /// <summary>Whether an existing file or folder is replaced.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>Writes a saved model in the format of another system.</summary>
internal static class ExportJob
{
    /// <summary>Runs the job.</summary>
    /// <exception cref="GpuAlsException">Any kind.</exception>
    public static async Task RunAsync(
        ExportJobOptions options, IProgress<JobEvent>? progress, CancellationToken cancellation)
    {
        await Collisions.CheckAsync(options, cancellation).ConfigureAwait(false);
        var format = ModelFormat.Of(options.Format);
        var outputs = new JobOutputs(options.Overwrite);
        await using var closing = outputs.ConfigureAwait(false);
        var folder = format.IsFolder
            ? await outputs.OpenFolderAsync(options.Output, format.WhyForeignAsync, cancellation).ConfigureAwait(false)
            : null;
        var file = format.IsFolder
            ? null
            : await outputs.OpenFileAsync(options.Output, cancellation).ConfigureAwait(false);
        var location = await VersionChosen.FollowAsync(options.Model, progress, cancellation).ConfigureAwait(false);
        var model = await ModelReader.ReadAsync(location, cancellation).ConfigureAwait(false);
        if (folder is not null) await format.WriteAsync(model, folder, cancellation).ConfigureAwait(false);
        else
            await file!.WriteAsync(to => format.WriteAsync(model, options.Choices, to, cancellation), cancellation)
                .ConfigureAwait(false);
        await outputs.CommitAsync(cancellation).ConfigureAwait(false);
        progress?.Report(new ModelExported(format, model, options));
    }
}

/// <summary>A model was written in the format of another system.</summary>
internal sealed record ModelExported(ModelFormat Format, FactorModel Model, ExportJobOptions Options) : JobEvent
{
    public static readonly LogEvent Log = new(
        LogLevel.Info, "exported", "export: everything is written",
        ("format", "its name"), ("users", "users of the model"), ("items", "items of the model"),
        ("output", "the file or folder"));

    public override IEnumerable<LogLine> Lines =>
    [
        Log.Line(
            $"wrote {What} to {Options.Output} ({Format.Name})",
            Format.Name, Model.Users.Count, Model.Items.Count, Options.Output),
    ];

    private string What
    {
        get
        {
            var (users, items) = (Counted.Of(Model.Users.Count, "user"), Counted.Of(Model.Items.Count, "item"));
            var oneSide = Options.Choices.Side == Side.Users ? users : items;
            return $"factors of {(Format.IsOfOneSide ? oneSide : $"{users} and {items}")}";
        }
    }
}
