namespace IceSharp.Protocol.Discovery;

/// <summary>A lookup that a <see cref="ServerResolutionMachine"/> asks its host for; answered once by <see cref="NameLookupAnswer"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Name">A complete name, never a literal address; an internationalised host is as the URI has it.</param>
public sealed record NameLookup(int Id, NameLookupKind Kind, string Name);
