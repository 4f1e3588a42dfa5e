using CsCheck;
using GpuAls.Formats;
using GpuAls.Tests.Reference;

namespace GpuAls.Tests.Formats;

/// <summary>What is written in a format is read back as it was.</summary>
public sealed class FormatsTests
{
    private static readonly string[] ThatReadAndWrite =
        [.. ModelFormat.All.Where(format => format.IsRead && format.IsWritten).Select(format => format.Name)];

    private TempFolder _folder = null!;

    private static Gen<FactorModel> Models { get; } =
        from users in Gen.Int[1, 9]
        from items in Gen.Int[1, 9]
        from rank in Gen.Int[1, 5]
        from seed in Gen.Int[0, 1000]
        select ModelOf(users, items, rank, seed, Texts(users), Texts(items));

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(nameof(ThatReadAndWrite))]
    public void ReadAsync_WhatWasWritten_GivesTheSameFactorsAndIds(string name)
    {
        var (format, number) = (ModelFormat.Of(name), 0);
        Models.Sample(
            model =>
            {
                var source = new ForeignSource(Write(format, model, $"model{number++}"));
                var read = format.ReadAsync(source, default).GetAwaiter().GetResult();

                Assert.That(read.Users.Factors.ToArray(), Is.EqualTo(model.UserFactors.ToArray()));
                Assert.That(read.Items.Factors.ToArray(), Is.EqualTo(model.ItemFactors.ToArray()));
                Assert.That(read.Rank, Is.EqualTo(model.Rank));
                if (!format.HasIds) return;
                Assert.That(IdsOf(read.Users.Ids!), Is.EqualTo(IdsOf(model.Users)));
                Assert.That(IdsOf(read.Items.Ids!), Is.EqualTo(IdsOf(model.Items)));
            },
            iter: 20, threads: 1);
    }

    [TestCaseSource(nameof(ThatReadAndWrite))]
    public void WriteAsync_SameModelTwice_WritesTheSameBytes(string name)
    {
        var (format, model) = (ModelFormat.Of(name), ModelOf(7, 5, 3, 1, Texts(7), Texts(5)));

        Assert.That(
            BytesBelow(Write(format, model, "one")), Is.EqualTo(BytesBelow(Write(format, model, "two"))));
    }

    [Test]
    public void Spark_ManyRowGroups_AreReadInOrder()
    {
        const int Users = 5_000;
        var model = ModelOf(Users, 3, 1_000, 1, Texts(Users), Texts(3));
        var format = new SparkFormat();

        var read = format.ReadAsync(new ForeignSource(Write(format, model, "model")), default).GetAwaiter().GetResult();

        Assert.That(read.Users.Factors.ToArray(), Is.EqualTo(model.UserFactors.ToArray()));
    }

    [Test]
    public void Word2Vec_IdWithASpace_IsRefused()
    {
        var model = ModelOf(1, 2, 3, 1, ["a"], ["b", "c d"]);

        Assert.That(
            () => new Word2VecFormat().WriteAsync(model, new FormatOptions(), Stream.Null, default),
            Throws.InstanceOf<GpuAlsException>().With.Message.Contains("'c d'"));
    }

    [Test]
    public void Npy_Fp64AndLongHeaders_AreRead()
    {
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }\n";
        byte[] file =
        [
            0x93, .. "NUMPY"u8, 2, 0, (byte)header.Length, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(header),
            .. BitConverter.GetBytes(1.5), .. BitConverter.GetBytes(-2.25),
        ];

        Assert.That(NpyArray.Parse("x", file).Factors().ToArray(), Is.EqualTo(new[] { 1.5f, -2.25f }));
    }

    [TestCase("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "Fortran order")]
    [TestCase("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }", "expected a matrix of f4 or f8")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "expected a matrix of f4 or f8")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "has 8 bytes of elements; expected 12")]
    [TestCase("{'shape': (1, 2)}", "a header that is not understood")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999), }", "that is not understood")]
    public void Npy_AnotherArray_IsRefused(string header, string message)
    {
        byte[] file =
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header),
            .. new byte[8],
        ];

        Assert.That(
            () => NpyArray.Parse("x.npy", file).Factors(),
            Throws.InstanceOf<GpuAlsException>().With.Message.StartsWith("x.npy: ").And.Message.Contains(message));
    }

    [Test]
    public async Task Safetensors_OneOffset_IsRefused()
    {
        var path = Write(new SafetensorsFormat(), ModelOf(6, 4, 3, 1, Texts(6), Texts(4)), "model");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.AsSpan().IndexOf("[0,48]"u8) + 2] = (byte)'2';
        await File.WriteAllBytesAsync(path, bytes);

        var refusal = await Assert.ThrowsAsync<GpuAlsException>(
            () => new SafetensorsFormat().ReadAsync(new ForeignSource(path), default));

        Assert.That(refusal!.Message, Does.Contain("is not a file of safetensors, or not whole"));
    }

    /// <summary>A damaged file is read or refused as bad input; nothing else is thrown.</summary>
    [TestCaseSource(nameof(ThatReadAndWrite))]
    public void ReadAsync_DamagedFiles_AreReadOrRefused(string name)
    {
        var (format, number) = (ModelFormat.Of(name), 0);
        var model = ModelOf(6, 4, 3, 1, Texts(6), Texts(4));
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample(
            (at, value, cuts) =>
            {
                var path = Write(format, model, $"model{number++}");
                var files = FilesBelow(path);
                var file = files[at % files.Length];
                var bytes = File.ReadAllBytes(file);
                if (bytes.Length == 0) return;
                if (cuts) bytes = bytes[..(at % bytes.Length)];
                else bytes[at % bytes.Length] = value;
                File.WriteAllBytes(file, bytes);
                try
                {
                    format.ReadAsync(new ForeignSource(path), default).GetAwaiter().GetResult();
                }
                catch (GpuAlsException refusal)
                {
                    Assert.That(refusal.Kind, Is.EqualTo(FailureKind.BadInput));
                }
            },
            iter: 60, threads: 1);
    }

    private static FactorModel ModelOf(int users, int items, int rank, int seed, string[] userIds, string[] itemIds) =>
        FactorArrays.Model(
            new IdIndex<string>(userIds), new IdIndex<string>(itemIds),
            new CsrMatrix(items, new long[users + 1], [], []), AlsOptions.Default with { Rank = rank },
            TestMatrices.Factors(users, rank, seed), TestMatrices.Factors(items, rank, seed + 1));

    private static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => $"id {i} <\"ä\">")];

    private static string[] IdsOf(IdIndex ids) => [.. Enumerable.Range(0, ids.Count).Select(ids.Format)];

    private string Write(ModelFormat format, FactorModel model, string name)
    {
        var path = _folder.At(name);
        if (format.IsFolder)
        {
            var output = OutputLocation.Of(path).OpenFolderAsync(false, format.WhyForeignAsync, default)
                .GetAwaiter().GetResult();
            format.WriteAsync(model, output, default).GetAwaiter().GetResult();
            output.CommitAsync(default).AsTask().GetAwaiter().GetResult();
        }
        else
        {
            using var file = File.Create(path);
            format.WriteAsync(model, new FormatOptions(), file, default).GetAwaiter().GetResult();
        }

        return path;
    }

    private static string[] FilesBelow(string path) => File.Exists(path)
        ? [path]
        : [.. Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static List<string> BytesBelow(string path) =>
        [.. FilesBelow(path).Select(file => $"{file[path.Length..]} {Convert.ToHexString(File.ReadAllBytes(file))}")];
}
