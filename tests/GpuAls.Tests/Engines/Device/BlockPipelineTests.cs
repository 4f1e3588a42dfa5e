namespace GpuAls.Tests.Engines.Device;

public sealed class BlockPipelineTests
{
    [Test]
    public void Steps_ThreeBlocks_AreInThisOrder() => Assert.That(string.Join(", ", BlockPipeline.Steps(3)), Is.EqualTo(
        "Fill 0, Copy 0, Fill 1, AwaitCopy 0, "
        + "Copy 1, Launch 0, Fill 2, AwaitCopy 1, AwaitKernels 0, "
        + "Copy 2, Launch 1, AwaitCopy 2, AwaitKernels 1, "
        + "Launch 2, AwaitKernels 2"));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    public void Steps_EachBlock_TakesEachActionOnceInOrder(int blocks)
    {
        var steps = BlockPipeline.Steps(blocks).ToList();

        for (var block = 0; block < blocks; block++)
            Assert.That(
                steps.Where(step => step.Block == block).Select(step => step.Action),
                Is.EqualTo(Enum.GetValues<PipelineAction>()));
        Assert.That(steps, Has.Count.EqualTo(5 * blocks));
    }

    [Test]
    public void Steps_CopiesAndFills_RunBesideTheKernelsOfTheBlockBefore()
    {
        var steps = BlockPipeline.Steps(9).ToList();
        for (var block = 0; block < 8; block++)
        {
            var kernelsEnd = steps.IndexOf(new(PipelineAction.AwaitKernels, block));
            Assert.That(steps.IndexOf(new(PipelineAction.Copy, block + 1)), Is.LessThan(kernelsEnd));
            Assert.That(
                steps.IndexOf(new(PipelineAction.AwaitCopy, block + 1)),
                Is.GreaterThan(steps.IndexOf(new(PipelineAction.Launch, block))).And.LessThan(kernelsEnd));
            if (block < 7)
                Assert.That(
                    steps.IndexOf(new(PipelineAction.Fill, block + 2)),
                    Is.GreaterThan(steps.IndexOf(new(PipelineAction.Launch, block))).And.LessThan(kernelsEnd));
        }
    }

    [Test]
    public void Steps_SlotsAndBuffers_AreTakenOnlyWhenTheyAreFree()
    {
        var steps = BlockPipeline.Steps(9).ToList();
        for (var block = 2; block < 9; block++)
        {
            Assert.That(
                steps.IndexOf(new(PipelineAction.Fill, block)),
                Is.GreaterThan(steps.IndexOf(new(PipelineAction.AwaitCopy, block - 2))));
            Assert.That(
                steps.IndexOf(new(PipelineAction.Copy, block)),
                Is.GreaterThan(steps.IndexOf(new(PipelineAction.AwaitKernels, block - 2))));
        }
    }
}
