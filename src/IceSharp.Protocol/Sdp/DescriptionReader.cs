namespace IceSharp.Protocol.Sdp;

/// <summary>Reads a whole description line by line; a bad line is reported and loses nothing but itself.</summary>
internal static class DescriptionReader
{
    public static IceDescription? Read(ReadOnlySpan<char> text, IceDescriptionKind kind, out IReadOnlyList<SdpDiagnostic> diagnostics, out SdpDiagnostic? refusal)
    {
        var log = new DiagnosticLog();
        var reader = new SdpSectionReader(log, kind, isFragment: false);
        IceDescription? description = reader.Read(text) ? new DescriptionBuilder(log, reader.Session, reader.Sections, kind).Build() : null;
        refusal = log.Refusal;
        diagnostics = log.Entries;
        return refusal is null ? description : null;
    }
}
