namespace GpuAls.Tests.Checkpoints;

public sealed class CheckpointFileTests
{
    [TestCase(null)]
    [TestCase(2)]
    public async Task Read_WhatWasWritten_HasTheSameBits(int? best)
    {
        var state = SampleCheckpoint.State(3, best);

        var (job, read) = await ReadAsync(await BytesAsync(state));

        Assert.That(job.Data, Is.EqualTo(SampleCheckpoint.Job.Data));
        Assert.That(job.Settings, Is.EqualTo(SampleCheckpoint.Job.Settings));
        Assert.That(read.Reports, Is.EqualTo(state.Reports));
        Assert.That(read.Factors.Users, Is.Null);
        Assert.That(Bits(read.Factors.Items!.ToArray()), Is.EqualTo(Bits(state.Factors.Items!.ToArray())));
        Assert.That(read.Best?.State, Is.EqualTo(state.Best?.State));
        Assert.That(read.Best?.Factors.Users.ToArray(), Is.EqualTo(state.Best?.Factors.Users.ToArray()));
        Assert.That(read.Best?.Factors.Items.ToArray(), Is.EqualTo(state.Best?.Factors.Items.ToArray()));
    }

    /// <summary>Whatever a broken disk does, no damaged factor is trained on.</summary>
    [Test]
    public async Task Read_AnyByteChanged_IsRefused()
    {
        var bytes = await BytesAsync(SampleCheckpoint.State(2, best: 1));
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 1;
            Assert.That(
                async () => await ReadAsync(damaged),
                Throws.TypeOf<InvalidDataException>().Or.TypeOf<GpuAlsException>(), $"byte {i}");
        }
    }

    [Test]
    public async Task Read_AnyLength_IsRefused()
    {
        var bytes = await BytesAsync(SampleCheckpoint.State(2));
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(
                async () => await ReadAsync(bytes[..length]), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        Assert.That(async () => await ReadAsync([.. bytes, 0]), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Read_AnotherVersion_IsNamed()
    {
        var bytes = await BytesAsync(SampleCheckpoint.State(2));
        bytes[8]++;

        Assert.That(
            async () => await ReadAsync(bytes),
            Throws.TypeOf<GpuAlsException>().With.Message.Contains("has format version 2; this gpuals reads"));
    }

    private static async Task<byte[]> BytesAsync(TrainingState state)
    {
        using var stream = new MemoryStream();
        await CheckpointFile.WriteAsync(stream, SampleCheckpoint.Job, state, default);
        return stream.ToArray();
    }

    private static Task<(CheckpointJob Job, TrainingState State)> ReadAsync(byte[] bytes) =>
        CheckpointFile.ReadAsync(new MemoryByteSource("memory", bytes), default);

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
