using GpuAls.Formats;
using GpuAls.Tests.Cli;
using GpuAls.Tests.Modeling;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace GpuAls.Tests.Formats;

/// <summary>Models of ONNX, run by ONNX Runtime.</summary>
public sealed class OnnxTests
{
    private readonly FactorModel _model = SampleModel.Create();

    [Test]
    public async Task Run_Users_GivesTheirScoresAndBestItems()
    {
        using var session = await SessionAsync(OnnxInput.User);

        using var results = session.Run([Users(4, 0)]);

        var scores = Values<float>(results, "scores");
        Assert.That(scores, Is.EqualTo([.. ScoresOf(4), .. ScoresOf(0)]).Within(1e-6));
        int[] best = [.. BestOf(4), .. BestOf(0)];
        Assert.That(Values<long>(results, "top_items"), Is.EqualTo(best));
        Assert.That(
            Values<float>(results, "top_scores"),
            Is.EqualTo(best.Select((item, at) => ScoresOf(at < 7 ? 4 : 0)[item])).Within(1e-6));
    }

    [Test]
    public async Task Run_WithK_GivesThatMany()
    {
        using var session = await SessionAsync(OnnxInput.User);
        var k = NamedOnnxValue.CreateFromTensor("k", new DenseTensor<long>(new long[] { 2 }, [1]));

        using var results = session.Run([Users(1), k]);

        Assert.That(Values<long>(results, "top_items"), Is.EqualTo(BestOf(1)[..2]));
    }

    [Test]
    public async Task Run_Factors_GivesTheSameAsTheUser()
    {
        using var session = await SessionAsync(OnnxInput.Factors);
        var row = _model.UserFactors.ToArray().AsMemory(3 * SampleModel.Rank, SampleModel.Rank);
        var factors = new DenseTensor<float>(row, [1, SampleModel.Rank]);

        using var results = session.Run([NamedOnnxValue.CreateFromTensor("factors", factors)]);

        Assert.That(Values<float>(results, "scores"), Is.EqualTo(ScoresOf(3)).Within(1e-6));
        Assert.That(Values<long>(results, "top_items"), Is.EqualTo(BestOf(3)));
    }

    [Test]
    public async Task Run_UserThatIsNotThere_Fails()
    {
        using var session = await SessionAsync(OnnxInput.User);

        Assert.That(() => session.Run([Users(5)]), Throws.InstanceOf<OnnxRuntimeException>());
    }

    [Test]
    public async Task Session_OfExport_HasNamedInputsAndOutputs()
    {
        using var folder = new TempFolder();
        await SampleModel.WriteAsync(_model, folder.At("model"));
        await Tool.SucceedAsync("export", folder.At("model"), "--format", "onnx", "--output", folder.At("model.onnx"));

        using var session = new InferenceSession(folder.At("model.onnx"));

        Assert.That(session.InputMetadata["user"].ElementType, Is.EqualTo(typeof(long)));
        Assert.That(session.OverridableInitializerMetadata.Keys, Is.EquivalentTo(["k"]));
        Assert.That(session.OutputMetadata.Keys, Is.EqualTo(["scores", "top_scores", "top_items"]));
        Assert.That(session.OutputMetadata["scores"].Dimensions, Is.EqualTo(new[] { -1, 7 }));
        Assert.That(session.ModelMetadata.ProducerName, Is.EqualTo("gpuals"));
    }

    private async Task<InferenceSession> SessionAsync(OnnxInput input)
    {
        var file = new MemoryStream();
        await new OnnxFormat().WriteAsync(_model, new FormatOptions { OnnxInput = input }, file, default);
        return new InferenceSession(file.ToArray());
    }

    private static NamedOnnxValue Users(params long[] users) =>
        NamedOnnxValue.CreateFromTensor("user", new DenseTensor<long>(users, [users.Length]));

    private static T[] Values<T>(IEnumerable<DisposableNamedOnnxValue> results, string name) =>
        [.. results.Single(result => result.Name == name).AsEnumerable<T>()];

    private float[] ScoresOf(int user) =>
        [.. Enumerable.Range(0, 7).Select(item => (float)Enumerable.Range(0, SampleModel.Rank).Sum(
            i => (double)_model.UserFactors[user][i]
                * _model.ItemFactors[item][i]))];

    private int[] BestOf(int user) => [.. Enumerable.Range(0, 7).OrderByDescending(item => ScoresOf(user)[item])];
}
