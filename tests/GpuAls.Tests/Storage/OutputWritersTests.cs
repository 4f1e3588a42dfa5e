using System.Security.Cryptography;
using System.Text;
using GpuAls.App;
using GpuAls.Tests.Export;
using GpuAls.Tests.Modeling;

namespace GpuAls.Tests.Storage;

/// <summary>
/// All that is written goes through an output: the bytes do not depend on which, and nothing shows unless all went
/// well.
/// </summary>
public sealed class OutputWritersTests
{
    private static readonly FactorModel Model = SampleModel.Create();
    private static readonly RecommendationBatch Lists =
        new([0, 1, 4], 2, [3, 0, 6, -1, -1, -1], [0.5f, 0.25f, 1.5f, 0, 0, 0]);
    private static readonly ReportData Page =
        new() { Title = "gpuals train", Facts = [new ReportFact("Command", "gpuals train")] };

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    private static Dictionary<string, Func<IOutput, Task>> Writers { get; } = new()
    {
        ["model"] = output => SampleModel.WriteAsync(Model, new ChecksummedOutput(output)),
        ["lists.parquet"] = output => WriteListsAsync(output, "lists.parquet"),
        ["lists.csv"] = output => WriteListsAsync(output, "lists.csv"),
        ["lists.jsonl"] = output => WriteListsAsync(output, "lists.jsonl"),
        ["plays.parquet"] = output => WritePlaysAsync(output, "plays.parquet"),
        ["plays.csv"] = output => WritePlaysAsync(output, "plays.csv"),
        ["plays.tsv"] = output => WritePlaysAsync(output, "plays.tsv"),
        ["metrics.json"] = output => WriteMetricsAsync(output, "metrics.json"),
        ["metrics.csv"] = output => WriteMetricsAsync(output, "metrics.csv"),
        ["metrics.parquet"] = output => WriteMetricsAsync(output, "metrics.parquet"),
        ["page.html"] =
            output => output.WriteAsync("page.html", stream => ReportWriter.WriteAsync(stream, Page), default),
        ["search"] = output => TuneWriter.WriteAsync(output, SampleReports.Search, default),
    };

    public static IEnumerable<string> WriterNames => Writers.Keys;

    [TestCaseSource(nameof(WriterNames))]
    public async Task Write_ToMemoryOrAFolder_GivesTheSameFiles(string writer)
    {
        var write = Writers[writer];
        var memory = new MemoryOutput();

        await RunAsync(memory, write);
        await RunAsync(
            await OutputLocation.Of(_folder.At("out")).OpenFolderAsync(overwrite: false, (_, _) => default, default),
            write);

        var files = Directory.GetFiles(_folder.At("out"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder.At("out"), path)).Except(["_SUCCESS"]).ToArray();
        Assert.That(memory.Published.Keys, Is.EquivalentTo(files).And.Not.Empty);
        foreach (var file in files)
            Assert.That(memory.Published[file], Is.EqualTo(File.ReadAllBytes(_folder.At("out", file))), file);
    }

    [TestCaseSource(nameof(WriterNames))]
    public async Task Write_AnyStepOfAnyFileFails_PublishesNothing(string writer)
    {
        var write = Writers[writer];
        var whole = new MemoryOutput();
        await RunAsync(whole, write);
        foreach (var step in Enum.GetValues<OutputStep>())
            for (var file = 0; file < (step == OutputStep.Commit ? 1 : whole.Created); file++)
            {
                var output = new MemoryOutput(step, file);

                var failure =
                    await Assert.ThrowsAsync<GpuAlsException>(() => RunAsync(output, write), $"{step} of file {file}");

                Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
                Assert.That(failure.Message, Does.Contain($"{step} is refused"));
                Assert.That(output.Published, Is.Empty);
                Assert.That(output.IsDisposed);
            }
    }

    [Test]
    public async Task Commit_SecondOutputFails_FirstIsPublishedAndBothAreClosed()
    {
        var (first, second, third) = (new MemoryOutput(), new MemoryOutput(OutputStep.Commit), new MemoryOutput());

        var failure = await Assert.ThrowsAsync<GpuAlsException>(() => RunAsync([first, second, third], WriteA));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That((first.Published.Count, second.Published.Count, third.Published.Count), Is.EqualTo((1, 0, 0)));
        Assert.That(first.IsDisposed && second.IsDisposed && third.IsDisposed);
    }

    [Test]
    public async Task Commit_Cancelled_PublishesNothing()
    {
        var (output, outputs) = (new MemoryOutput(), new JobOutputs(overwrite: false));
        await using (outputs)
        {
            await WriteA(outputs.Add(output));
            Assert.That(
                () => outputs.CommitAsync(new CancellationToken(canceled: true)),
                Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(output.Published, Is.Empty);
    }

    /// <summary>In pieces, synchronous or not, and for a file that was begun twice.</summary>
    [Test]
    public async Task Sha256_OfAFile_IsThatOfItsLastBytes()
    {
        var memory = new MemoryOutput();
        var output = new ChecksummedOutput(memory);
        await WriteA(output);
        await output.WriteAsync("a.txt", async stream =>
        {
            stream.Write("one "u8);
            await stream.WriteAsync("two "u8.ToArray());
            stream.WriteByte((byte)'3');
        }, default);
        await output.CommitAsync(default);

        Assert.That(Encoding.UTF8.GetString(memory.Published["a.txt"]), Is.EqualTo("one two 3"));
        Assert.That(output.Of("a.txt").Sha256, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData("one two 3"u8))));
    }

    [Test]
    public async Task Create_NameThatTheFileSystemRefuses_NamesTheFinalPath()
    {
        await using var output =
            await OutputLocation.Of(_folder.At("out")).OpenFolderAsync(overwrite: false, (_, _) => default, default);

        var failure = await Assert.ThrowsAsync<GpuAlsException>(
            async () => await output.CreateAsync(new string('n', 300), default));

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(failure.Message, Does.StartWith($"cannot write '{_folder.At("out")}/nnn").And.Not.Contain(".tmp"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Write_FullDisk_NamesTheFinalPathAndTheRemedy(bool asynchronous)
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("this system has no /dev/full.");
        var bytes = new byte[1 << 20];
        await using var stream = new LocalFileStream(new StagedPath("/dev/full", "/data/model/users.parquet"));

        var failure = await Assert.ThrowsAsync<GpuAlsException>(async () =>
        {
            if (asynchronous) await stream.WriteAsync(bytes);
            else stream.Write(bytes);
        });

        Assert.That(failure!.Kind, Is.EqualTo(FailureKind.Output));
        Assert.That(
            failure.Message,
            Does.StartWith("cannot write '/data/model/users.parquet': ").And.Contain("Free some space"));
    }

    [Test]
    public async Task Close_FullDisk_SaysWhatIsLeftInTheBuffer()
    {
        if (!File.Exists("/dev/full")) Assert.Ignore("this system has no /dev/full.");
        var stream = new LocalFileStream(new StagedPath("/dev/full", "/data/lists.csv"));
        stream.Write("a line\n"u8);

        var failure = await Assert.ThrowsAsync<GpuAlsException>(async () => await stream.DisposeAsync());

        Assert.That(failure!.Message, Does.StartWith("cannot write '/data/lists.csv': "));
    }

    private static Task WriteListsAsync(IOutput output, string file) => output.WriteAsync(
        file, stream => RecommendationWriter.WriteAsync(
            ListFormat.Of(file).SinkTo(stream, new ListColumns(Model)), [Lists]), default);

    private static Task WritePlaysAsync(IOutput output, string file)
    {
        var plays = new SamplePlays(new SampleOptions { Users = 30, Items = 20, Plays = 150, Seed = 3 });
        return output.WriteAsync(file, stream => SampleWriter.For(file)(plays, stream, default), default);
    }

    private static Task WriteMetricsAsync(IOutput output, string file) => output.WriteAsync(
        file,
        stream => EvaluationWriter.WriteAsync(stream, EvaluationWriter.FormatOf(file), SampleReports.Evaluation),
        default);

    private static Task WriteA(IOutput output) =>
        output.WriteAsync("a.txt", stream => stream.WriteAsync("a"u8.ToArray()).AsTask(), default);

    private static Task RunAsync(IOutput output, Func<IOutput, Task> write) => RunAsync([output], write);

    /// <summary>As a job does.</summary>
    private static async Task RunAsync(IOutput[] opened, Func<IOutput, Task> write)
    {
        await using var outputs = new JobOutputs(overwrite: false);
        foreach (var output in opened) outputs.Add(output);
        foreach (var output in opened) await write(output);
        await outputs.CommitAsync(default);
    }
}
