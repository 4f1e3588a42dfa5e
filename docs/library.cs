#:package GpuAls@0.1.0
#:property PublishAot=false
using GpuAls;

using var engine = Engine.Create(Device.Auto);
var plays = await Plays.ReadAsync("plays.parquet", new() { WeightColumn = "plays" });
var trainer = new AlsTrainer(engine, new AlsOptions { Rank = 64 });

var model = await trainer.FitAsync(plays);
await model.SaveAsync("model", overwrite: true);
foreach (var list in model.Recommend(engine, ["Ada Tanaka"], top: 10)) Console.WriteLine(list);

var (train, test) = plays.HoldOut(new SplitOptions { TestFraction = 0.2 });
var metrics = (await trainer.FitAsync(train)).Evaluate(engine, test);
foreach (var metric in metrics) Console.WriteLine($"{metric.Metric} {metric.Value:0.0000}");
