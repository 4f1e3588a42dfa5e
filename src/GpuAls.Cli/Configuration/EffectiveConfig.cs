using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuAls.Cli;

/// <summary>The options that have an effect, as JSON that --config reads.</summary>
internal static class EffectiveConfig
{
    private static readonly JsonWriterOptions Format = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for people, not for HTML
    };

    /// <summary>Writes every option with a value, the defaults too.</summary>
    public static string Json<T>(ParameterTable<T> table, T options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Format))
        {
            json.WriteStartObject();
            foreach (var parameter in table.Where(parameter => parameter.Group != ParameterGroup.Configuration))
                if (parameter.WhyIdle(options) is null) Write(json, parameter, parameter.GetAll(options));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write<T>(Utf8JsonWriter json, Parameter<T> parameter, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return;
        json.WritePropertyName(parameter.Name);
        switch (parameter.Kind)
        {
            case ParameterKind.Whole or ParameterKind.Real: json.WriteRawValue(texts[0]); break;
            case ParameterKind.Flag: json.WriteBooleanValue(texts[0] == "true"); break;
            case ParameterKind.List:
                json.WriteStartArray();
                foreach (var text in texts) json.WriteStringValue(UrlSecrets.Masked(text));
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(UrlSecrets.Masked(texts[0])); break;
        }
    }
}
