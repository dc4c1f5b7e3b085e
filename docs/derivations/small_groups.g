# All groups of at most 48 elements, as GAP's library has them, with what GAP computes of them.
# Run it with GAP 4.12 and its package SmallGrp, in a minute or two:
#
#     gap -q --nointeract docs/derivations/small_groups.g > tests/vectors/small_groups.json
#
# Generators are permutations of 0, 1, …; degrees and indicators are sorted.

LoadPackage("smallgrp");;
SizeScreen([4096]);;

Write := function(n, i)
  local G, P, moved, generators, classes, table;
  G := SmallGroup(n, i);
  P := Image(IsomorphismPermGroup(G));
  P := Image(SmallerDegreePermutationRepresentation(P));
  moved := Maximum(1, LargestMovedPoint(P));
  generators := List(SmallGeneratingSet(P), g -> ListPerm(g, moved) - 1);
  classes := ConjugacyClassesSubgroups(P);
  table := CharacterTable(P);
  Print("{\"id\": [", n, ", ", i, "], \"generators\": ", generators,
    ", \"structure\": \"", StructureDescription(G),
    "\", \"classes\": ", NrConjugacyClasses(P),
    ", \"subgroups\": ", Sum(classes, Size),
    ", \"subgroup_classes\": ", Length(classes),
    ", \"normal_subgroups\": ", Length(NormalSubgroups(P)),
    ", \"maximal_subgroups\": ", Length(MaximalSubgroups(P)),
    ", \"centre\": ", Size(Centre(P)),
    ", \"derived\": ", Size(DerivedSubgroup(P)),
    ", \"degrees\": ", SortedList(List(Irr(table), chi -> chi[1])),
    ", \"indicators\": ", SortedList(Indicator(table, 2)),
    ", \"automorphisms\": ", Size(AutomorphismGroup(P)), "}");
end;

Print("[\n");
for n in [1 .. 48] do
  for i in [1 .. NrSmallGroups(n)] do
    Write(n, i);
    if n < 48 or i < NrSmallGroups(n) then
      Print(",");
    fi;
    Print("\n");
  od;
od;
Print("]\n");
QUIT;
