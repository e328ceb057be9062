package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vencejo.core.AccessRules.Subject;

/// Which rules of a list may be about somebody, found by user name and Client Identifier: in a file
/// of many users nearly all rules are about others. Immutable.
final class RuleIndex {
    private static final int[] NONE = {};

    /// The places of rules that name their users, or only their clients, without a `*`.
    private final Map<String, int[]> byUser;

    private final Map<String, int[]> byClient;

    /// Those of rules for clients without a user name.
    private final int[] anonymous;

    /// Those of all others, which are looked at for everybody.
    private final int[] others;

    RuleIndex(List<Rule> rules) {
        Map<String, List<Integer>> ofUser = new HashMap<>();
        Map<String, List<Integer>> ofClient = new HashMap<>();
        List<Integer> ofAnonymous = new ArrayList<>();
        List<Integer> ofOthers = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            Who who = rules.get(i).who();
            if (areNames(who.users())) {
                add(i, who.users(), ofUser);
            } else if (areNames(who.clients())) {
                add(i, who.clients(), ofClient);
            } else if (Boolean.TRUE.equals(who.anonymous())) {
                ofAnonymous.add(i);
            } else {
                ofOthers.add(i);
            }
        }
        byUser = places(ofUser);
        byClient = places(ofClient);
        anonymous = places(ofAnonymous);
        others = places(ofOthers);
    }

    private static boolean areNames(List<Glob> globs) {
        return !globs.isEmpty() && globs.stream().noneMatch(Glob::hasStar);
    }

    private static void add(int place, List<Glob> names, Map<String, List<Integer>> places) {
        names.stream()
                .map(Glob::text)
                .distinct()
                .forEach(name -> places.computeIfAbsent(name, it -> new ArrayList<>()).add(place));
    }

    private static Map<String, int[]> places(Map<String, List<Integer>> lists) {
        return lists.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> places(each.getValue())));
    }

    private static int[] places(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The places of all rules that may be about `subject`, in the order of the list.
    int[] of(Subject subject) {
        String user = subject.identity().userName();
        int[] ofUser = user == null ? anonymous : byUser.getOrDefault(user, NONE);
        int[] ofClient = byClient.getOrDefault(subject.clientIdentifier(), NONE);
        if (ofUser.length == 0 && ofClient.length == 0) {
            return others;
        }
        return Stream.of(ofUser, ofClient, others).flatMapToInt(IntStream::of).sorted().toArray();
    }
}
